"""Who is told, and to whom it is passed on (逐级上报): along the posts. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gate_agent.contract.leading_group import Post, PostRank
from gate_agent.contract.policy import Policy, RotaEntry
from gate_agent.words import Lang, word
from gate_collector.alerts.channels import Recipient, order
from gate_collector.alerts.kinds import AlertSort

_CLIMBS = (PostRank.DEPUTY, PostRank.HEAD)
_CALLED = (PostRank.OFFICE, PostRank.DEPUTY, PostRank.HEAD)


@dataclass(frozen=True, slots=True)
class Rung:
    """Who is told at the same time; `awaited` are those of whom one must be reached."""

    people: tuple[Recipient, ...]
    awaited: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class WhomToRing:
    """Whom to ring: what they are, who they are, and the duty telephone."""

    post: str
    name: str
    phone: str

    @property
    def dialled(self) -> str:
        """The telephone as a link has it."""
        return "".join(sign for sign in self.phone if sign.isdigit() or sign == "+")


def ladder(
    people: Sequence[Recipient],
    posts: Sequence[Post],
    leader: RotaEntry | None,
    sort: AlertSort = AlertSort.PEOPLE,
) -> list[Rung]:
    """Return the rungs, the first first.

    Where no post can be reached, each of the file in its order is one, the leader on duty first.
    Whom no post names comes last: nobody in the file is left out who is no member of the group.
    """
    known = {post.rank: _reached(people, posts, post.rank) for post in posts}
    in_turn = [_rung([one], [one]) for one in order(people, leader)]
    if not any(known.values()):
        return in_turn
    first = [one for one in people if leader is not None and one.name == leader.leader]
    office = known.get(PostRank.OFFICE, [])
    rungs = [_rung(first + office, first or office)]
    rungs += [_rung(known[rank], known[rank]) for rank in _CLIMBS if rank in known]
    named = [one for ones in known.values() for one in ones]
    rungs += [_rung([one], [one]) for one in people if one not in named and one not in first]
    if sort is AlertSort.EQUIPMENT and (hands := known.get(PostRank.MAINTAINER)):
        rungs.insert(0, _rung(hands, hands))
    return _without_repeats([rung for rung in rungs if rung.people]) or in_turn


def office_first(
    people: Sequence[Recipient], posts: Sequence[Post], leader: RotaEntry | None
) -> list[Rung]:
    """Return the rungs of what is the office's to do: those of a leader where it has no address."""
    has_office = bool(_reached(people, posts, PostRank.OFFICE))
    return ladder(people, posts, None if has_office else leader, AlertSort.HALL)


def everybody(people: Sequence[Recipient], leader: RotaEntry | None) -> list[Recipient]:
    """Return all who must know of a change of the whole hall, each once."""
    return list(_rung(order(people, leader), ()).people)


def unreachable(people: Sequence[Recipient], posts: Sequence[Post]) -> list[Post]:
    """Return the posts whom no address is known of."""
    return [post for post in posts if _recipient(people, post) is None]


def calls(
    policy: Policy, leader: RotaEntry | None, sort: AlertSort, lang: Lang, *, but: str = ""
) -> list[WhomToRing]:
    """Return whom somebody may have to ring for an alert, `but` themselves."""
    posts = {rank: [post for post in policy.posts if post.rank is rank] for rank in PostRank}
    chosen: list[WhomToRing] = []
    if leader is not None:
        post = word("term.duty_leader", lang)
        chosen.append(WhomToRing(post=post, name=leader.leader, phone=leader.phone))
    if sort is AlertSort.EQUIPMENT:
        chosen = [_call(post) for post in posts[PostRank.MAINTAINER]] + chosen
    else:
        chosen += [WhomToRing(post=one.post, name="", phone=one.phone) for one in policy.calls]
    chosen += [_call(post) for rank in _CALLED for post in posts[rank]]
    once: dict[tuple[str, str], WhomToRing] = {}
    for one in chosen:
        once.setdefault((one.name or one.post, one.phone), one)
    return [one for one in once.values() if not but or but not in (one.name, one.post)]


def _call(post: Post) -> WhomToRing:
    return WhomToRing(post=post.post, name=post.name, phone=post.phone)


def _reached(people: Sequence[Recipient], posts: Iterable[Post], rank: PostRank) -> list[Recipient]:
    held_by = (_recipient(people, post) for post in posts if post.rank is rank)
    return list(dict.fromkeys(one for one in held_by if one is not None))


def _recipient(people: Sequence[Recipient], post: Post) -> Recipient | None:
    """Return how a post is reached: by the name of who holds it, or by its own."""
    by_name = {one.name: one for one in people}
    return by_name.get(post.name) or by_name.get(post.post)


def _rung(people: Iterable[Recipient], awaited: Iterable[Recipient]) -> Rung:
    """Return a rung in which nobody stands twice, nor one address under two names."""
    once: dict[tuple[str, ...], Recipient] = {}
    for one in people:
        once.setdefault(one.urls, one)
    return Rung(tuple(once.values()), frozenset(once[one.urls].name for one in awaited))


def _without_repeats(rungs: list[Rung]) -> list[Rung]:
    """Leave out a rung whose people were all told by the one before it."""
    kept: list[Rung] = []
    for rung in rungs:
        if not kept or not set(rung.people) <= set(kept[-1].people):
            kept.append(rung)
    return kept
