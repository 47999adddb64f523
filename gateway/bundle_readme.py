"""What the reader of a bundle is told."""

README = """\
{title}

WHAT THIS IS
This is a part of a school's record of how it handled concerns: {about}, as it stood at checkpoint
{number}, made on {made_at}. It holds no names, no letters and no texts: people appear as ids, and
texts as fingerprints of what they said.

HOW TO CHECK IT
You need Python 3.9 or newer, and nothing else: no network, no account, no part of Evenhand.

    1. Take verify.py out of this file, or better: use one that you got from somebody you trust.
    2. Run:    python3 verify.py {name}
    3. If you hold a checkpoint that was sent to you earlier, or the school's public key, run:
               python3 verify.py {name} --checkpoint THAT-FILE
               python3 verify.py {name} --key KEY-FILE

Step 3 is the one that matters if you trust nobody: without it, the keys are those that came in this
very file, and whoever made the file could have made them too.

WHAT IT PROVES
- Each event here is exactly what was recorded: not a letter of it was changed.
- No event is missing from the middle of a case, none was slipped in, and their order is the same.
- Each was on the record when the checkpoint was made, and stands there still.
- The record was only ever added to, from the first checkpoint to this one.

WHAT IT DOES NOT PROVE
- That what was recorded is true, or that everything that happened was recorded.
- That nothing was left out of this file: it holds what was asked for. The verifier says up to which
  event of each case it goes, and how many events the checkpoint covers in all.
- What happened after the checkpoint.
- What a text said: that takes the text itself, with its salt, from the school.

WHAT IS IN IT
    cases/REFERENCE/events.jsonl   the events, a line each: the very bytes that were hashed
    cases/REFERENCE/proofs.jsonl   for each event: its hash, its place in the tree, its proof
    checkpoints/NUMBER.txt         every checkpoint, signed
    consistency.jsonl              for each checkpoint but the first: it continues the one before
    keys.txt                       the public keys under which the checkpoints were signed
    manifest.json                  what was asked for, and where each case begins and ends here
    verify.py                      the verifier

HOW IT WORKS
The hash of an event is SHA-256 over the hash of the event before it and the event itself. The
hashes are the leaves of a Merkle tree (RFC 6962). A checkpoint is a signed note (Ed25519, RFC 8032)
of how many leaves there are and what they come to, and names the checkpoint before it.
"""
