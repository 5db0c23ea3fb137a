"""A real Slurm on this machine alone, for as long as a test runs.

munge, one controller and two node daemons, all on the loopback address and below one
folder; no accounting database, no cgroups, nothing started as a service.
"""

import os
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager, suppress
from pathlib import Path

PROGRAMS = ("munged", "mungekey", "slurmctld", "slurmd", "sbatch", "srun", "squeue")
SYSTEM_CONFIG = Path("/etc/slurm/slurm.conf")
NODES = ("n1", "n2")
CPUS = 4
MEMORY_MB = 9000
PORT = 27817

CONFIG = """\
ClusterName=genostrat
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={port}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool/%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.%n.log
MailProg=/bin/true
MpiDefault=none
ProctrackType=proctrack/pgid
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=OverMemoryKill,UsePss
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SlurmdParameters=config_overrides
EnforcePartLimits=ALL
ReturnToService=2
KillWait=2
MinJobAge=3600
SchedulerParameters=batch_sched_delay=0,sched_interval=2,sched_min_interval=0
AccountingStorageType=accounting_storage/none
{nodes}
PartitionName=main Nodes=ALL Default=YES MaxTime=04:00:00 State=UP
"""
NODE = (
    "NodeName={name} NodeHostname={host} NodeAddr=127.0.0.1 Port={port} CPUs={cpus}"
    " RealMemory={memory} State=UNKNOWN"
)


def missing_programs():
    """Return what is not installed, or why no cluster can be started here."""
    path = os.environ["PATH"] + ":/usr/sbin:/sbin"
    missing = [name for name in PROGRAMS if not shutil.which(name, path=path)]
    if missing:
        return f"not installed: {', '.join(missing)}"
    if os.geteuid() != 0:
        return "the daemons' configuration needs root"
    if SYSTEM_CONFIG.exists():
        return f"{SYSTEM_CONFIG} belongs to another Slurm"
    return ""


@contextmanager
def slurm_cluster(folder):
    """Run a cluster; yield the environment that its clients need."""
    folder = Path(folder)
    host = socket.gethostname().split(".")[0]
    for name in ("state", *(f"spool/{node}" for node in NODES)):
        (folder / name).mkdir(parents=True)
    config = folder / "slurm.conf"
    nodes = [
        NODE.format(name=n, host=host, port=PORT + i, cpus=CPUS, memory=MEMORY_MB)
        for i, n in enumerate(NODES, 1)
    ]
    config.write_text(
        CONFIG.format(host=host, port=PORT, folder=folder, nodes="\n".join(nodes))
    )
    path = f"/usr/sbin:/sbin:{os.environ['PATH']}"
    environment = os.environ | {"SLURM_CONF": str(config), "PATH": path}
    # The step plugin calls srun without SLURM_CONF, which then looks only here.
    SYSTEM_CONFIG.parent.mkdir(parents=True, exist_ok=True)
    SYSTEM_CONFIG.symlink_to(config)
    try:
        _start(folder, config, environment)
        yield environment
    finally:
        _stop(folder)
        SYSTEM_CONFIG.unlink()


def _run(environment, *command):
    subprocess.run(command, env=environment, check=True, capture_output=True)


def _start(folder, config, environment):
    key = f"--key-file={folder}/munge.key"
    _run(environment, "mungekey", "--create", f"--keyfile={folder}/munge.key")
    folder.chmod(0o755)
    _run(
        environment,
        "munged",
        "--force",
        key,
        f"--socket={folder}/munge.socket",
        f"--pid-file={folder}/munged.pid",
        f"--log-file={folder}/munged.log",
        f"--seed-file={folder}/munged.seed",
    )
    _run(environment, "slurmctld", "-f", str(config))
    for node in NODES:
        _run(environment, "slurmd", "-N", node, "-f", str(config))
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        done = subprocess.run(
            ["sinfo", "-h", "-N", "-o", "%T"],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.stdout.split() == ["idle"] * len(NODES):
            return
        time.sleep(0.2)
    raise TimeoutError(f"no idle nodes after a minute: {done.stdout}{done.stderr}")


def _stop(folder):
    daemons = [*(f"slurmd.{node}" for node in NODES), "slurmctld", "munged"]
    for name in daemons:
        path = folder / f"{name}.pid"
        with suppress(OSError, ValueError):
            pid = int(path.read_text())
            os.kill(pid, 15)
            for _ in range(100):
                os.kill(pid, 0)
                time.sleep(0.1)
