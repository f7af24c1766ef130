"""Passes each request to the operation of the switch that answers it."""

from collections.abc import Awaitable

from msgspec import Struct

from shared import control
from shared import control_agents as agents
from shared import control_fax as faxes
from shared import control_reports as reports
from shared import control_trunks as trunks
from shared.control import RefusedCode, Reply, RequestRefused
from shared.fax import FaxId
from shared.ids import AccountNo, AgentId, CallId, DeskId, PhoneName, TrunkName
from switch_server.ports.operations import FaxOperator, Operations, Staff

AnyFaxRequest = faxes.ListFaxes | faxes.ShowFax | faxes.SendFaxFile | faxes.TryFaxAgain | faxes.DropFax


def answer_to(message: Struct, operations: Operations) -> Reply | Awaitable[Reply]:
    """The reply, or an awaitable of it."""
    match message:
        case control.AskStatus():
            return operations.status()
        case control.AskLines():
            return operations.lines()
        case control.AskCards():
            return operations.cards()
        case control.AskBranches():
            return operations.branches()
        case control.AskCounters():
            return operations.counters()
        case control.AskCalls():
            return operations.calls(message)
        case control.AskCall(call):
            return operations.call(CallId(call))
        case control.AskTracedNumber(call, actor):
            return operations.traced_number(CallId(call), actor)
        case control.AskOrders():
            return operations.orders(message)
        case control.AskRecording():
            return operations.recording(message)
        case control.FindCustomers():
            return operations.customers(message)
        case control.AskAudit():
            return operations.audit(message)
        case control.Reload(actor):
            return operations.reload(actor)
        case control.HangUpCall(call, actor):
            return operations.hang_up(CallId(call), actor)
        case control.UnlockAccount(account, actor):
            return operations.unlock(AccountNo(account), actor)
        case control.UnlockNumber(number, actor):
            return operations.unlock_number(number, actor)
        case control.MakeBackup(folder, actor):
            return operations.backup(folder, actor)
        case control.AskBackup():
            return operations.backup_progress()
        case control.Drain(actor, now):
            return operations.drain(actor, now=now)
        case trunks.AskTrunks():
            return operations.trunks.trunks()
        case trunks.AskCardLines(trunk):
            return operations.trunks.card_lines(TrunkName(trunk))
        case trunks.BlockLine(trunk, line, blocked, actor):
            return operations.trunks.block_line(TrunkName(trunk), line, actor, blocked=blocked)
        case faxes.ListFaxes() | faxes.ShowFax() | faxes.SendFaxFile() | faxes.TryFaxAgain() | faxes.DropFax():
            return _of_faxes(message, operations.faxes)
        case _:
            return _of_staff(message, operations.staff)


def _of_faxes(message: AnyFaxRequest, operator: FaxOperator) -> Awaitable[Reply]:
    match message:
        case faxes.ListFaxes():
            return operator.faxes(message)
        case faxes.ShowFax(fax, actor):
            return operator.fax(FaxId(fax), actor)
        case faxes.SendFaxFile():
            return operator.send_file(message)
        case faxes.TryFaxAgain(fax, actor):
            return operator.try_again(FaxId(fax), actor)
        case faxes.DropFax(fax, actor):
            return operator.drop(FaxId(fax), actor)


def _of_staff(message: Struct, staff: Staff) -> Reply | Awaitable[Reply]:
    match message:
        case agents.AskAgents():
            return staff.agents()
        case agents.AskQueues():
            return staff.queues()
        case agents.AskDesks():
            return staff.desks()
        case agents.AskTalks():
            return staff.talks(message)
        case reports.AskReport():
            return staff.report(message)
        case agents.PutAgent():
            return staff.put_agent(message)
        case agents.SetPassword(agent, password, actor):
            return staff.set_password(AgentId(agent), password, actor)
        case agents.DisableAgent(agent, disabled, actor):
            return staff.disable(AgentId(agent), actor, disabled=disabled)
        case agents.RemoveAgent(agent, actor):
            return staff.remove(AgentId(agent), actor)
        case agents.LogOutAgent(agent, actor):
            return staff.log_out(AgentId(agent), actor)
        case agents.PutDeskKey():
            return staff.put_desk_key(message)
        case agents.RemoveDeskKey(desk, actor):
            return staff.remove_desk_key(DeskId(desk), actor)
        case agents.AskPhones():
            return staff.phones()
        case agents.AddPhone():
            return staff.add_phone(message)
        case agents.SetPhonePassword(phone, password, actor):
            return staff.set_phone_password(PhoneName(phone), password, actor)
        case agents.RemovePhone(phone, actor):
            return staff.remove_phone(PhoneName(phone), actor)
        case _:
            return RequestRefused(RefusedCode.FAULT, f"{type(message).__name__} is no request")
