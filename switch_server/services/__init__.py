"""Work between the core and the adapters: loading flows and configuration, the engine, replay, demo data."""
