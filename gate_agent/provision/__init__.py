"""Makes a site (开通): its CA, every certificate and key, the broker's rules, in one run."""

from gate_agent.provision.site import Site

__all__ = ["Site"]
