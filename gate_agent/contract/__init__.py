"""What door and centre share (契约): events, receipts, policy and identity. Decides nothing."""
