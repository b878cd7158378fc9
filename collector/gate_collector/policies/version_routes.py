"""The page of one version of the policy (版本): what it changed, in words; going back to it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path, Query, Response
from fastapi.responses import HTMLResponse

from gate_agent.contract.policy import Policy
from gate_agent.http.answers import refused
from gate_agent.http.grants import Routes
from gate_agent.words import Lang
from gate_collector.centre import Centre
from gate_collector.policies.book import PolicyBook
from gate_collector.policies.desk import PolicyDesk
from gate_collector.policies.differences import Difference, differences, gone_back
from gate_collector.policies.form import Author, PolicyForm, Unchanged
from gate_collector.roles.grants import READERS, only
from gate_collector.roles.session import Role
from gate_collector.web.done import IssuedVersion
from gate_collector.web.pages import Pages

Version = Annotated[int, Path(ge=1, lt=2**63)]
Other = Annotated[int | None, Query(alias="with", ge=0, lt=2**63)]


def build_versions(centre: Centre, pages: Pages, book: PolicyBook, form: PolicyForm) -> APIRouter:
    """Return the routes."""
    routes = Routes(tags=["policy"])
    desk = PolicyDesk(centre, book)

    def known(version: int) -> Policy:
        policy = book.version(version)
        if policy is None:
            raise HTTPException(404)
        return policy

    def compared(old: Policy, new: Policy, lang: Lang) -> list[Difference]:
        return differences(form.settings, old, new, lang, centre.zone)

    @routes.get("/policy/versions/{version}", dependencies=[READERS], include_in_schema=False)
    def page(version: Version, other: Other = None, lang: Lang = "zh") -> HTMLResponse:
        """Return what one version changed: of the one before it, or of another."""
        policy, in_force = known(version), book.in_force()
        base = book.before(version) if other is None else other
        restored = in_force.model_copy(update=gone_back(in_force, policy))
        return pages.show(
            "policy_version.html",
            lang,
            version=version,
            base=base,
            issue=book.line(version),
            changes=compared(known(base), policy, lang),
            going_back=compared(in_force, restored, lang),
            in_force=in_force,
            newest=book.newest(),
        )

    @routes.post(
        "/policy/versions/{version}/again",
        dependencies=[only(Role.OFFICE)],
        status_code=201,
        response_model=IssuedVersion,
    )
    def again(version: Version, asked: Author) -> Response:
        """Go back to the rules of a version: they are issued again as the next one."""
        kept = known(version)

        def change(old: Policy) -> dict[str, Any]:
            changed = gone_back(old, kept)
            if not changed:
                raise Unchanged("expected rules that differ, got those in force")
            return {name: kept.model_dump(mode="json", include={name})[name] for name in changed}

        try:
            return desk.issue(asked, change)
        except Unchanged as exc:
            return refused(422, exc, code="unchanged")

    return routes
