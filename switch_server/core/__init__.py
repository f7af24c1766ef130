"""The call control of the centre, without I/O and without a clock: facts go in, effects come out, the time is an argument.

The core is divided into rooms (packages). A room's ``__init__`` is its door: only names of the door are used outside the room.
Imports go down only:

| level | room | what it decides |
|---|---|---|
| 7 | ``core`` itself | the switch: dispatch of facts, the whole state, the snapshot for operators and desks |
| 6 | ``desks`` | state of each seat, and the commands of agents and supervisors |
| 5 | ``acd`` | order of waiting callers, choice of the next seat, callbacks |
| 4 | ``call`` | a call from admission to its records |
| 3 | ``talk`` | an agent's part in a call: ringing, consulting, joining, handing over, listening in |
| 2 | ``ivr``, ``room`` | a caller's walk through a flow; which leg hears which |
| 1 | ``speech``, ``orders``, ``leg`` | spoken values as prompt segments; orders, each sent once; the state of one leg |
| 0 | ``flow``, below it ``words`` | flows as checked data; types that all rooms use |
"""
