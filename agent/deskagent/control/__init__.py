"""Control of one desktop: who may act, the queue of inputs, the person at the host."""
