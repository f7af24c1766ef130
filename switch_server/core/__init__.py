"""Everything that decides, pure: facts in, effects out, time passed in. In rooms, each with a door (its ``__init__``); imports go down only.

| level | room | what it decides |
|---|---|---|
| 7 | ``core`` itself | the switch: a fact in, effects out; the whole state; what is shown of it |
| 6 | ``desks`` | seats and what they may do |
| 5 | ``acd`` | who waits, who is asked next |
| 4 | ``call`` | a call from admission to its records |
| 3 | ``talk`` | who is asked, joined, handed over, listened to |
| 2 | ``ivr``, ``room`` | a walk through a flow; who hears whom |
| 1 | ``speech``, ``orders``, ``leg`` | what is spoken; orders, once; one leg |
| 0 | ``flow``, below it ``words`` | flows as data and checked; the words that all use |
"""
