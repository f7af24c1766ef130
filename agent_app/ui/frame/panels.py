"""The panels of the agent's window, one module each. A new panel is a module with a ``PanelSpec``, and its line here (CONTRIBUTING.md, Add a panel)."""

from agent_app.ui.call import listening, seatbar, wrapup
from agent_app.ui.call import panel as call_panel
from agent_app.ui.calling import calls, dialling, people, queues
from agent_app.ui.customer import accounts, history, search, tickets
from agent_app.ui.customer import panel as customer_panel
from agent_app.ui.fax import boxes, sending, viewer
from agent_app.ui.floor import opening
from agent_app.ui.frame import dialogs, login, notices, program, topbar
from agent_app.ui.panels import status
from agent_app.ui.panels.spec import PanelRegistry
from agent_app.ui.sound import audio

PANELS = PanelRegistry(
    (
        program.PANEL,
        topbar.PANEL,
        seatbar.PANEL,
        status.BANNER,
        listening.PANEL,
        notices.PANEL,
        status.STATUS,
        call_panel.PANEL,
        queues.PANEL,
        calls.PANEL,
        people.PANEL,
        customer_panel.PANEL,
        accounts.PANEL,
        history.HISTORY,
        history.TRAIL,
        search.PANEL,
        wrapup.PANEL,
        tickets.PANEL,
        login.PANEL,
        dialling.PANEL,
        audio.PANEL,
        sending.PANEL,
        boxes.PANEL,
        viewer.PANEL,
        opening.PANEL,
        dialogs.HELP,
        dialogs.PASSWORD,
        dialogs.ABOUT,
    )
)
"""In the order in which they are drawn; the place of a panel is in its own ``Placement``."""
