"""The desk's phone: PJSIP and the sound device in a process of their own, and the client that starts and feeds it."""
