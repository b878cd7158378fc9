"""The way of an event through the centre, in its order: broker, queue, batch, chain, receipt."""
