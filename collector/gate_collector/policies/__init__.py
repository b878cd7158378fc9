"""The policy (策略): edited at the centre, kept in versions, published to the doors."""
