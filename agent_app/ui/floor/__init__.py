"""The supervisor's desk (班长席): seats, queues, lines, and what can be done to them."""
