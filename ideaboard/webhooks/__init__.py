"""Calls out: other systems and chats hear of chosen events."""
