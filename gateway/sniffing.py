"""What a file really is: told from its content, and held against what its name says."""

import re
from collections.abc import Callable
from functools import partial

import puremagic

from domain.vocabulary import MediaType
from gateway.mail_files import check_mail
from gateway.office_files import check_open_document, check_word, is_archive, kind_of_archive
from gateway.unfit import Unfit

TYPES = {
    ".pdf": MediaType.PDF,
    ".png": MediaType.PNG,
    ".jpg": MediaType.JPEG,
    ".jpeg": MediaType.JPEG,
    ".heic": MediaType.HEIC,
    ".heif": MediaType.HEIC,
    ".txt": MediaType.TEXT,
    ".docx": MediaType.WORD,
    ".odt": MediaType.OPEN_DOCUMENT,
    ".eml": MediaType.EMAIL,
}
"""The types that are taken, by the end of a file's name."""
TAKEN = (
    "PDF, pictures (JPEG, PNG, HEIC), plain text (.txt), Word (.docx), OpenDocument text (.odt) "
    "and e-mails (.eml)"
)
CALLED = {
    MediaType.PDF: "a PDF",
    MediaType.PNG: "a PNG picture",
    MediaType.JPEG: "a JPEG picture",
    MediaType.HEIC: "a HEIC picture",
    MediaType.TEXT: "plain text",
    MediaType.WORD: "a Word document",
    MediaType.OPEN_DOCUMENT: "an OpenDocument text",
    MediaType.EMAIL: "an e-mail",
}
ENDINGS = {media_type: ending for ending, media_type in reversed(TYPES.items())}
"""How a file of each type is called at the end."""
_UNSAID = frozenset({"", "application/octet-stream", "binary/octet-stream"})
_OTHER_NAMES = {
    "image/jpg": MediaType.JPEG,
    "image/pjpeg": MediaType.JPEG,
    "image/heif": MediaType.HEIC,
    "application/x-pdf": MediaType.PDF,
}
_ADVICE = {
    **dict.fromkeys(
        (".doc", ".rtf", ".pages", ".docm", ".dotx", ".dotm"), "Save it as PDF or .docx first."
    ),
    **dict.fromkeys((".xls", ".xlsx", ".xlsm", ".csv", ".ods", ".ppt", ".pptx"), "Save it as PDF."),
    **dict.fromkeys((".zip", ".rar", ".7z", ".gz", ".tar"), "Send what is in it, file by file."),
    **dict.fromkeys((".html", ".htm", ".mht", ".svg"), "Print it to PDF first."),
    **dict.fromkeys((".msg",), "Save the e-mail as .eml or PDF first."),
    **dict.fromkeys((".gif", ".bmp", ".tif", ".tiff", ".webp"), "Save the picture as PNG or JPEG."),
    **dict.fromkeys(
        (".mp3", ".m4a", ".wav", ".ogg", ".mp4", ".mov", ".amr"),
        "What was said can be written down: ask the school for help with it.",
    ),
}
_PROGRAMS = (
    b"MZ",
    b"\x7fELF",
    b"\xfe\xed\xfa\xce",
    b"\xfe\xed\xfa\xcf",
    b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe",
    b"\0asm",
    b"dex\n",
    b"L\0\0\0\x01\x14\x02\0",  # a Windows shortcut
)
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PAGE = re.compile(rb"<\s*(?:!doctype\s+html|html|svg|head|body|script|iframe|object)\b", re.I)
_SCRIPT = re.compile(rb"\s*(?:#!|<\?php|<%|@echo\s|windows registry editor|\[autorun\])", re.I)
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
# All that steers a terminal or ends a string, but not tabs, new lines and new pages.
_UNSEEN = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f]")
_TAIL = 2048
_MAILS_IN_MAILS = 5


def media_type_of(name: str, content: bytes, claimed: str | None = None) -> MediaType:
    """The type of a file that is called `name`, if its content is what the name says.

    `claimed` is the media type that came with it, if one did. Raises Unfit with a sentence.
    """
    ending = ending_of(name)
    wanted = TYPES.get(ending)
    if wanted is None:
        kind = f"Files that end in {ending}" if ending else "Files whose name has no ending"
        raise Unfit(f"{kind} are not taken. {_ADVICE.get(ending, f'Taken are: {TAKEN}.')}")
    said = (claimed or "").partition(";")[0].strip().lower()
    if said not in _UNSAID and _OTHER_NAMES.get(said, said) != wanted:
        raise Unfit(f"It was sent as “{said}”, and its name says that it is {CALLED[wanted]}.")
    if not content:
        raise Unfit("It is empty.")
    _CHECKS[wanted](content)
    return wanted


def ending_of(name: str) -> str:
    """The end of a file's name with its dot, in small letters; “” where there is none."""
    stem, dot, ending = name.rpartition(".")
    return f".{ending.lower()}" if dot and stem else ""


def _pdf(content: bytes) -> None:
    _must_be(MediaType.PDF, content, ".pdf" in _found(content) and content.startswith(b"%PDF-"))
    if b"%%EOF" not in content[-_TAIL:]:
        raise Unfit("It is cut off: its end is missing. Send it again.")
    if re.search(rb"/Launch\b", content):
        raise Unfit("It would start a program on the reader's computer. Print it to PDF again.")
    _nothing_behind(content)


def _png(content: bytes) -> None:
    _must_be(MediaType.PNG, content, ".png" in _found(content))
    if b"IEND" not in content:
        raise Unfit("It is cut off: its end is missing. Send it again.")
    _nothing_behind(content)


def _jpeg(content: bytes) -> None:
    found = {".jpg", ".jpeg", ".jfif"} & _found(content)
    _must_be(MediaType.JPEG, content, bool(found) and content.startswith(b"\xff\xd8\xff"))
    if b"\xff\xd9" not in content:
        raise Unfit("It is cut off: its end is missing. Send it again.")
    _nothing_behind(content)


def _heic(content: bytes) -> None:
    is_heic = content[4:8] == b"ftyp" and content[8:12] in _HEIC_BRANDS
    _must_be(MediaType.HEIC, content, is_heic)
    _nothing_behind(content)


def _text(content: bytes) -> None:
    words = as_text(content)
    plain = words is not None and not _SCRIPT.match(content) and not _PAGE.match(content.lstrip())
    _must_be(MediaType.TEXT, content, plain)
    if words is not None and not words.strip():
        raise Unfit("It is empty.")


def _word(content: bytes) -> None:
    _must_be(MediaType.WORD, content, is_archive(content))
    check_word(content)


def _open_document(content: bytes) -> None:
    _must_be(MediaType.OPEN_DOCUMENT, content, is_archive(content))
    check_open_document(content)


def _email(content: bytes) -> None:
    _must_be(MediaType.EMAIL, content, not _SCRIPT.match(content) and _is_mail(content))
    check_mail(content, unfit_in_mail)


_CHECKS: dict[MediaType, Callable[[bytes], None]] = {
    MediaType.PDF: _pdf,
    MediaType.PNG: _png,
    MediaType.JPEG: _jpeg,
    MediaType.HEIC: _heic,
    MediaType.TEXT: _text,
    MediaType.WORD: _word,
    MediaType.OPEN_DOCUMENT: _open_document,
    MediaType.EMAIL: _email,
}


def unfit_in_mail(name: str, content: bytes, depth: int = 1) -> None:
    """Refuses what may do harm inside an e-mail, or inside one that is inside it. Raises Unfit.

    What mail programs put there themselves (a logo, a signature, an invitation) is left alone:
    the e-mail is kept whole.
    """
    if ending_of(name) in _NEVER:
        raise Unfit(f"Files that end in {ending_of(name)} are not taken.")
    if depth > _MAILS_IN_MAILS:
        raise Unfit("Too many e-mails are inside each other.")
    if TYPES.get(ending_of(name)) is MediaType.EMAIL:
        check_mail(content, partial(unfit_in_mail, depth=depth + 1))
        return
    if is_archive(content):
        kind = kind_of_archive(content)
        if kind is None:
            raise Unfit("It is an archive. Send what is in it, file by file.")
        if kind is MediaType.WORD:
            check_word(content)
        return
    called = called_by_content(content)
    if called in (_PROGRAM, _A_SCRIPT, _ARCHIVE, _WEB_PAGE):
        raise Unfit(f"It is {called}.")
    if content.startswith(_OLD_OFFICE) and "_VBA_PROJECT".encode("utf-16-le") in content:
        raise Unfit("It holds macros, which are programs.")


_NEVER = frozenset(
    ".exe .dll .com .scr .pif .cpl .msi .msp .bat .cmd .ps1 .psm1 .vbs .vbe .js .jse .mjs .wsf "
    ".wsh .hta .lnk .url .reg .inf .jar .class .apk .app .dmg .iso .img .vhd .sh .command .py .pl "
    ".rb .php .docm .dotm .xlsm .xltm .xlam .xlsb .pptm .potm .ppam .htm .html .shtml .xhtml .mht "
    ".mhtml .svg .svgz .chm .one .zip .rar .7z .gz .bz2 .xz .tar .tgz .cab .ace .arj".split()
)
_PROGRAM = "a program"
_A_SCRIPT = "a script"
_ARCHIVE = "an archive"
_WEB_PAGE = "a web page or drawing that may run a script"
_ARCHIVES = frozenset({".rar", ".7z", ".gz", ".bz2", ".xz", ".cab", ".tar", ".zst", ".arj", ".ace"})


def called_by_content(content: bytes) -> str:
    """What a file is by its content alone, in a few words."""
    if content.startswith(_PROGRAMS) and as_text(content) is None:
        return _PROGRAM
    if _SCRIPT.match(content):
        return _A_SCRIPT
    if is_archive(content):
        kind = kind_of_archive(content)
        return CALLED[kind] if isinstance(kind, MediaType) else _ARCHIVE
    if content.startswith(_OLD_OFFICE):
        if "EncryptedPackage".encode("utf-16-le") in content:
            return "an Office document that is protected by a password"
        return "an Office document of the old kind"
    found = _found(content)
    if found & _ARCHIVES or content[257:262] == b"ustar":
        return _ARCHIVE
    if _PAGE.search(content[:_TAIL]):
        return _WEB_PAGE
    for ending, media_type in TYPES.items():
        if ending in found:
            return CALLED[media_type]
    return CALLED[MediaType.TEXT] if as_text(content) else "something else"


def as_text(content: bytes) -> str | None:
    """The file as text (UTF-8, UTF-16 with its mark, or as old Windows writes it); None where it
    holds what no text does."""
    unicode_mark = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if unicode_mark else ("utf-8-sig", "cp1252"):
        try:
            words = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if _UNSEEN.search(words) else words
    return None


def _must_be(wanted: MediaType, content: bytes, held: bool) -> None:
    if not held:
        raise Unfit(
            f"Its name says that it is {CALLED[wanted]}, and its content is "
            f"{called_by_content(content)}."
        )


def _nothing_behind(content: bytes) -> None:
    if is_archive(content, anywhere=True):
        raise Unfit("An archive is hidden behind its end. Save it anew and send that.")


def _is_mail(content: bytes) -> bool:
    return bool(re.match(rb"(?:From [^\r\n]*\r?\n)?[!-9;-~]+:[ \t\r\n]", content))


def _found(content: bytes) -> set[str]:
    try:
        return {match.extension for match in puremagic.magic_string(content)}
    except (puremagic.PureError, ValueError):
        return set()
