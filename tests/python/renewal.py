"""Renews a driving licence with nothing of ours but the contracts.

Reads on standard input where the blocks listen and how the administrator signs in, generates a
client from proto/, and plays everybody: the portal, two officers and the bank.
"""

import datetime
import importlib
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request
import uuid

import grpc
from google.protobuf import struct_pb2, timestamp_pb2
from google.rpc import error_details_pb2
from grpc_status import rpc_status

PATIENCE_SECONDS = 60
NIK = "3174016503900001"
TODAY = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=7))).date()
ANSWERS = {
    "class": "C",
    "old_sim": {
        "number": "910312345678",
        "name": "Putri Lestari",
        "last_day": str(TODAY + datetime.timedelta(days=20)),
    },
    "satpas": "jakarta-selatan",
    "doctor_letter": {"number": "SKS-17/2026", "date": str(TODAY)},
    "psychology_letter": {"number": "PSI-204/2026", "date": str(TODAY)},
    "jkn": "active",
    "contact": {"phone": "+6281234567890"},
}


def generate(proto, folder):
    """Generates the client: the folder of the contracts is the only include path."""
    files = sorted(str(file) for file in pathlib.Path(proto).rglob("*.proto"))
    command = [sys.executable, "-m", "grpc_tools.protoc", f"-I{proto}"]
    command += [f"--python_out={folder}", f"--grpc_python_out={folder}", *files]
    subprocess.run(command, check=True)
    sys.path.insert(0, folder)
    return len(files)


def messages(name):
    """The messages of a contract, such as `payments.v1.bill_service`."""
    return importlib.import_module(f"rangkai.{name}_pb2")


def fresh():
    """A new request id."""
    return str(uuid.uuid4())


class Client:
    """One client of the blocks: its token, and the stubs that show it."""

    def __init__(self, addresses, client_id, secret, agency=None):
        self.channels = {block: grpc.insecure_channel(at) for block, at in addresses.items()}
        form = {"grant_type": "client_credentials"}
        form |= {"client_id": client_id, "client_secret": secret}
        form |= {"agency": agency} if agency else {}
        url = f"http://{addresses['identity']}/oauth2/token"
        body = urllib.parse.urlencode(form).encode()
        with urllib.request.urlopen(url, body, timeout=PATIENCE_SECONDS) as answer:
            token = json.load(answer)
        assert token["token_type"] == "Bearer", "the token is one to bear"
        self.metadata = [("authorization", f"Bearer {token['access_token']}")]

    def call(self, file, method, **fields):
        """Calls `method` of the one service in `file`; a request id is made where one is taken."""
        contract = messages(file)
        (service,) = contract.DESCRIPTOR.services_by_name.values()
        described = service.methods_by_name[method]
        if "request_id" in described.input_type.fields_by_name:
            fields.setdefault("request_id", fresh())
        stubs = importlib.import_module(f"rangkai.{file}_pb2_grpc")
        channel = self.channels[file.split(".")[0]]
        stub = getattr(stubs, f"{service.name}Stub")(channel)
        request = getattr(contract, described.input_type.name)(**fields)
        timeout = PATIENCE_SECONDS if described.server_streaming else 10
        return getattr(stub, method)(request, metadata=self.metadata, timeout=timeout)


def refusal(kind, call):
    """Makes a call that a block refuses; answers its code and the detail of this kind."""
    try:
        call()
    except grpc.RpcError as error:
        for packed in rpc_status.from_call(error).details:
            detail = kind()
            if packed.Unpack(detail):
                return error.code(), detail
        raise
    raise AssertionError("nobody refused")


def struct(values):
    """A JSON object as the contracts carry it."""
    message = struct_pb2.Struct()
    message.update(values)
    return message


def members(admin, addresses):
    """Makes the clients of everybody who takes part."""

    def member(agency, name, scopes, roles=()):
        made = admin.call(
            "identity.v1.client_service",
            "CreateClient",
            agency=agency,
            display_name=name,
            scopes=scopes,
            roles=roles,
        )
        return Client(addresses, made.client.client_id, made.client_secret)

    portal = member(
        "korlantas",
        "Python portal",
        [
            "identity.people.resolve",
            "registration.applications.read",
            "registration.applications.write",
            "registration.records.verify",
            "messaging.inbox.read",
            "workflow.instances.read",
            "workflow.instances.write",
        ],
    )
    work = ["registration.tasks.read", "registration.tasks.work", "registration.services.read"]
    examiner = member("korlantas", "Python examiner", work, ["satpas_examiner"])
    head = member("korlantas", "Python head", work, ["satpas_supervisor"])
    bank = member("bank-bri", "Python bank", ["payments.remittances.write", "payments.bills.read"])
    return portal, examiner, head, bank


def apply(portal):
    """Hands an application in: first with an empty form, which is refused, then as it should be."""
    case = fresh()
    purpose = messages("identity.v1.person").Purpose(
        name="sim.renewal", legal_basis="Perpol 5/2021 art. 9", case_id=case
    )
    people = "identity.v1.person_service"
    subject = portal.call(people, "ResolveSubject", nik=NIK, purpose=purpose).subject_id
    service = "registration.v1.application_service"
    application = portal.call(
        service, "CreateApplication", service_name="sim-renewal", applicant_subject_id=subject
    ).application

    def submit():
        return portal.call(
            service, "SubmitApplication", application_id=application.application_id
        ).application

    code, broken = refusal(error_details_pb2.BadRequest, submit)
    fields = [violation.field for violation in broken.field_violations]
    assert code == grpc.StatusCode.INVALID_ARGUMENT and len(fields) > 1, (code, fields)
    print(f"an empty form is refused: {', '.join(fields)}")

    def save():
        return portal.call(
            service,
            "SaveAnswers",
            application_id=application.application_id,
            answers=struct(ANSWERS),
        )

    save()
    submitted = submit()
    print("the application is submitted")
    code, info = refusal(error_details_pb2.ErrorInfo, save)
    assert code == grpc.StatusCode.FAILED_PRECONDITION, code
    assert info.domain == "rangkai.registration.v1", info.domain
    assert info.reason == "ERROR_REASON_APPLICATION_NOT_DRAFT", info.reason
    print(f"afterwards no answer changes: {info.reason}")
    return subject, submitted.application_id


def start(portal, application_id):
    """Starts the workflow of an application."""
    given = struct_pb2.Value(struct_value=struct({"applicationId": application_id}))
    return portal.call(
        "workflow.v1.instance_service",
        "StartInstance",
        namespace="korlantas",
        name="sim-renewal",
        case_id=application_id,
        input=given,
    ).instance.instance_id


def follow(portal, instance_id, arrived):
    """Watches an instance until it has arrived somewhere."""
    changes = portal.call("workflow.v1.instance_service", "WatchInstance", instance_id=instance_id)
    for change in changes:
        if arrived(change.instance):
            changes.cancel()
            return change.instance
    raise AssertionError("the instance ended elsewhere")


def at(task):
    """Says of an instance whether it stands at a task."""
    return lambda instance: any(task in it.split("/") for it in instance.positions)


def pay(bank, admin, application_id):
    """The bank looks the bill up by its code and pays it."""
    bills = "payments.v1.bill_service"
    (known,) = admin.call(bills, "ListBills", case_id=application_id).bills
    bill = bank.call(bills, "FindBill", billing_code=known.billing_code).bill
    assert (bill.amount.currency_code, bill.amount.units) == ("IDR", 75000), bill.amount
    now = timestamp_pb2.Timestamp()
    now.GetCurrentTime()
    bank.call(
        "payments.v1.remittance_service",
        "RecordRemittance",
        billing_code=bill.billing_code,
        amount=bill.amount,
        bank_code="002",
        bank_reference="PY0001",
        pay_time=now,
    )
    print(f"bill {bill.billing_code} of Rp{bill.amount.units} is paid")


def claim(officer, application_id, role):
    """An officer takes the open task of a role."""
    service = "registration.v1.task_service"
    state = messages("registration.v1.task").TASK_STATE_OPEN
    (task,) = officer.call(
        service, "ListTasks", application_id=application_id, role=role, state=state
    ).tasks
    return officer.call(service, "ClaimTask", task_id=task.task_id).task


def propose(examiner, application_id):
    """The first officer finds every rule met and proposes to grant."""
    task = claim(examiner, application_id, "satpas_examiner")
    service = examiner.call(
        "registration.v1.catalogue_service", "GetService", name="sim-renewal"
    ).service
    by_officer = messages("registration.v1.service").RULE_SOURCE_OFFICER
    finding = messages("registration.v1.application").Finding
    findings = [
        finding(rule_id=rule.rule_id, met=True)
        for rule in service.rules
        if rule.source == by_officer
    ]
    grant = messages("registration.v1.decision").DECISION_OUTCOME_GRANT
    decisions = "registration.v1.decision_service"
    examiner.call(
        decisions, "ProposeDecision", task_id=task.task_id, outcome=grant, findings=findings
    )
    print(f"the examiner proposes to grant, with {len(findings)} findings")


def confirm(head, application_id):
    """The second officer confirms."""
    task = claim(head, application_id, "satpas_supervisor")
    head.call("registration.v1.decision_service", "ConfirmDecision", task_id=task.task_id)
    print("the head of the office confirms")


def licence(portal, subject):
    """The number of the licence from the inbox, and whether it is valid."""
    inbox = portal.call("messaging.v1.inbox_service", "ListInbox", subject_id=subject)
    number = re.search(r"\b31[0-9]{8,18}\b", inbox.items[0].body).group()
    record = portal.call("registration.v1.record_service", "VerifyRecord", number=number)
    valid = messages("registration.v1.record").RECORD_STATE_VALID
    assert (record.kind, record.state) == ("sim", valid), record
    assert record.valid_until.year == record.valid_from.year + 5, record
    print(f"{number}: the licence is valid until {record.valid_until.year}")


def main():
    """From the contracts to the licence."""
    stage = json.load(sys.stdin)
    with tempfile.TemporaryDirectory() as folder:
        print(f"{generate(stage['proto'], folder)} contracts are read")
        addresses, secret = stage["addresses"], stage["admin_secret"]
        chief = Client(addresses, "admin", secret, agency="korlantas")
        portal, examiner, head, bank = members(Client(addresses, "admin", secret), addresses)
        subject, application_id = apply(portal)
        instance_id = start(portal, application_id)
        follow(portal, instance_id, at("awaitPayment"))
        pay(bank, chief, application_id)
        follow(portal, instance_id, at("awaitProposal"))
        propose(examiner, application_id)
        follow(portal, instance_id, at("awaitConfirmation"))
        confirm(head, application_id)
        completed = messages("workflow.v1.instance").INSTANCE_STATE_COMPLETED
        follow(portal, instance_id, lambda instance: instance.state == completed)
        licence(portal, subject)


if __name__ == "__main__":
    main()
