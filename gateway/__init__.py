"""The gateway: everything that touches the outside, and translation between partners' documents and events."""
