"""Work queues: run planned effects. They know neither what an effect does nor where it is stored."""
