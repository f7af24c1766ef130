"""The supervisor's desk (班长席): seats, queues, lines, and the actions on them."""
