"""A throw-away SLURM of one node with two made-up GPUs, on the loopback interface, from Debian's packages."""

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "squeue", "scancel", "scontrol", "sinfo")
PLACE = Path("/etc/slurm")  # where Debian's SLURM looks: the plugin strips SLURM_CONF from the environment of its jobs
CONTROLLER, NODE = 26917, 26918  # ports
MUNGE_FILES = {"key-file": ".key", "socket": ".sock", "pid-file": ".pid", "log-file": ".log", "seed-file": ".seed"}
CONF = """
ClusterName=mini
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller}
SlurmdPort={node}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.sock
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
ReturnToService=2
SlurmdParameters=config_overrides
SchedulerParameters=batch_sched_delay=0,sched_interval=2,bf_interval=2
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
GresTypes=gpu
KillWait=20
MinJobAge=3600
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
NodeName={host} NodeAddr=127.0.0.1 CPUs=8 RealMemory=100000 Gres=gpu:fake:2 State=UNKNOWN
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
PartitionName=all Nodes={host} Default=YES MaxTime=1-00:00:00 State=UP PriorityTier=1 GraceTime=30
PartitionName=urgent Nodes={host} MaxTime=1-00:00:00 State=UP PriorityTier=2 PreemptMode=OFF
"""


def find_obstacle() -> str | None:
    """Why no SLURM can be started here, if so."""
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if missing:
        return f"SLURM is not installed: no {', '.join(missing)}"
    if os.geteuid() != 0:
        return "a throw-away SLURM needs root"
    taken = [name for name in ("slurm.conf", "gres.conf") if (PLACE / name).exists() or (PLACE / name).is_symlink()]
    return f"this machine has a SLURM of its own, or another test's: {PLACE / taken[0]}" if taken else None


def ask(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def has_ended(pid: int) -> bool:
    """Whether a process is gone, or waits for nothing but its parent."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


class MiniSlurm:
    """Its daemons, from `start` to `stop`; their logs lie in `folder`."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.host = socket.gethostname().split(".")[0]

    def start(self) -> None:
        for name in ("state", "spool"):
            (self.folder / name).mkdir()
        self.folder.chmod(0o755)
        key = self.folder / "munge.key"
        key.write_bytes(os.urandom(1024))
        key.chmod(0o600)
        # slurmd 22.05 drops GPUs without device files: null and zero stand in for two.
        devices = [self.folder / "nvidia0", self.folder / "nvidia1"]
        for device, minor in zip(devices, (3, 5), strict=True):
            os.mknod(device, 0o600 | 0o020000, os.makedev(1, minor))
        conf = CONF.format(host=self.host, folder=self.folder, controller=CONTROLLER, node=NODE)
        gres = f"Name=gpu Type=fake File={self.folder}/nvidia[0-1]\n"
        PLACE.mkdir(exist_ok=True)
        for name, text in (("slurm.conf", conf), ("gres.conf", gres)):
            (self.folder / name).write_text(text)
            (PLACE / name).symlink_to(self.folder / name)
        files = [f"--{name}={self.folder}/munge{end}" for name, end in MUNGE_FILES.items()]
        subprocess.run(["munged", "--force", *files], check=True, stderr=subprocess.DEVNULL)
        subprocess.run(["slurmctld"], check=True)
        subprocess.run(["slurmd"], check=True)
        self.wait_until(lambda: ask("sinfo", "--noheader", "--states=idle", "--format=%D").strip() == "1")

    def stop(self) -> None:
        for name in ("slurmd", "slurmctld", "munge"):
            file = self.folder / f"{name}.pid"
            if file.exists():
                pid = int(file.read_text())
                os.kill(pid, 15)
                self.wait_until(lambda pid=pid: has_ended(pid))
        for name in ("slurm.conf", "gres.conf"):
            (PLACE / name).unlink(missing_ok=True)

    def wait_until(self, is_so, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while True:
            try:
                if is_so():
                    return
            except subprocess.CalledProcessError:
                pass  # a daemon that does not answer yet
            assert time.monotonic() < deadline, f"waited in vain; see {self.folder}"
            time.sleep(0.2)

    def drain(self, reason: str | None) -> None:
        """Let no new job start; with None, let them again."""
        update = ["State=DRAIN", f"Reason={reason}"] if reason else ["State=RESUME"]
        ask("scontrol", "update", f"NodeName={self.host}", *update)

    def jobs(self) -> list[dict[str, str]]:
        """Every job of the last minutes: number, state, comment, memory and time limit."""
        keys = ("number", "state", "comment", "memory", "limit")
        lines = ask("squeue", "--states=all", "--noheader", "--sort=i", "--format=%A|%T|%k|%m|%l").splitlines()
        return [dict(zip(keys, line.strip().split("|"), strict=True)) for line in lines]
