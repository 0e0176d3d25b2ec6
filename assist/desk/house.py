"""Makes what the guards hold every sentence against out of the prompts in use and the policy in force."""

from __future__ import annotations

from collections.abc import Callable

from assist.generation.prompts import Prompts
from assist.governance.policy import Policy
from assist.guards import House


def house_of(prompts: Prompts, policy: Callable[[], Policy]) -> Callable[[], House]:
    """Give a function that gives the house as of now; the same one as long as the policy is the same."""
    instructions = tuple(part for prompt in prompts for part in (prompt.system, prompt.user))
    made: dict[str, House] = {}

    def house() -> House:
        now = policy()
        if now.id not in made:
            made.clear()
            made[now.id] = House(
                instructions=instructions,
                links=tuple(now.links.allowed),
                topics=tuple(now.topics),
                topics_in=now.topics_in,
            )
        return made[now.id]

    return house
