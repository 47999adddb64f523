"""What the linter says of a policy that can't be run."""

from domain.policy import Frozen


class Problem(Frozen):
    """Something that a policy's form allows and a sound policy does not.

    `field` is its dotted name, with ids for items that have one, such as
    `ladders.advocate_conduct.steps.warning.follow_up.owner`; `message` a sentence.
    """

    field: str
    message: str
