"""What the package promises, a function each; run by test_package.py in environments that have the wheel. For 3.7 and newer.

    checks.py NAME [ARGUMENT…]
"""

import faulthandler
import gc
import os
import resource
import signal
import sys
import threading
import time

import ccluster
import numpy


def raises(kind, function, *arguments, **keywords):
    try:
        function(*arguments, **keywords)
    except kind as error:
        assert str(error), kind
        return str(error)
    raise AssertionError("{} was not raised".format(kind))


def mappings(segment):
    with open("/proc/self/maps") as maps:
        return [line for line in maps if "/dev/shm" + segment in line]


def views(name):
    """Fields are arrays over the memory itself, with the config's names, and those of others cannot be written."""
    assert "site-packages" in ccluster.__file__, ccluster.__file__
    with ccluster.Client.attach(name) as client, ccluster.Cluster.attach(name) as observer:
        state, seen = client.robot_state, observer.robot_state
        position = state.joint_position
        assert position.shape == (client.controllers, len(client.joints)) and position.dtype == numpy.float32
        assert position is state["joint_position"] and position.strides == (state.dtype.itemsize, 4)
        position[:] = numpy.arange(position.size).reshape(position.shape)
        assert (seen.joint_position == position).all() and not numpy.shares_memory(seen.joint_position, position)
        # Of an observer nothing is writable, and no flag makes it so.
        for array in (seen.joint_position, client.rhc_commands.joint_position):
            raises(ValueError, array.__setitem__, 0, 1)
            raises(ValueError, array.setflags, write=True)
            raises(ValueError, array[1:, ::2].setflags, write=True)
        joint = client.joints[4]
        state.column("joint_position", joint)[:] = 7
        assert (seen.joint_position[:, 4] == 7).all()
        field = state.fields["joint_position"]
        assert field.unit == "rad" and field.columns == client.joints and field.type == "f32"
        assert list(field.index(client.joints[:2])) == [0, 1]
        forces = state.column("contact_force", client.contacts[1])
        assert forces.shape == (client.controllers, 3)
        row = state.read(1)
        assert row["joint_position"].tolist() == position[1].tolist()
        row["joint_position"] = 3
        state.write(1, row)
        assert (position[1] == 3).all()
        assert state.fields["root_orientation"].convention == "wxyz"
        assert client.description["robot"]["joints"] == list(client.joints) and len(client.homing) == len(client.joints)
        assert client.rhc_commands.initial_row()["joint_position"].tolist() == client.homing.astype("f4").tolist()
        assert "joint_position" in dir(state) and "robot_state" in dir(client)
        assert repr(field) == "<Field robot_state.joint_position: f32[{}] rad>".format(len(client.joints))


def everything(name):
    """Each field of each buffer, also those without elements and with names that Python keeps for itself."""
    with ccluster.Cluster.attach(name) as cluster:
        for buffer in cluster.buffers.values():
            assert cluster[buffer.name] is buffer and len(buffer.initial_row()) == len(buffer.fields)
            if buffer.rows:
                assert buffer.read(buffer.rows - 1).tobytes() == buffer.initial_row().tobytes(), buffer.name
            for field in buffer.fields.values():
                if buffer.is_latest:
                    raises(ccluster.WrongSync, buffer.__getitem__, field.name)
                else:
                    array = buffer[field.name]
                    assert array.shape == (buffer.rows,) + field.shape and array.dtype == field.dtype, field
                    initial = numpy.asarray(buffer.initial_row()[field.name])
                    assert all(row.tobytes() == initial.tobytes() for row in array), field


def latest(name):
    """Rows of a `latest` buffer are taken and published whole."""
    with ccluster.Cluster.attach(name, role="tool") as tool, ccluster.Cluster.attach(name) as observer:
        raises(ccluster.WrongSync, lambda: tool.goal.target)
        row, version = observer.goal.read_versioned(2)
        assert version == 1
        row["target"], row["label"] = (1.5, 2.5, 3.5), [letter.encode() for letter in "abcdefg"]
        tool.goal.write(2, row)
        read, version = observer.goal.read_versioned(2)
        assert version == 2 and read["target"].tolist() == [1.5, 2.5, 3.5] and read["label"].tobytes() == b"abcdefg"
        raises(ccluster.NotWritable, observer.goal.write, 2, row)
        raises(ccluster.OutOfRange, observer.goal.read, 99)


def steps(name):
    """A step with its report, by itself and in two; requests; what is known of controllers."""
    with ccluster.Client.attach(name) as client:
        count = client.controllers
        assert client.solve().all_solved and client.solved.all()
        client.trigger()
        raises(ccluster.OutOfOrder, client.trigger)
        report = client.wait()
        assert (report.participants, report.solved, report.late) == (count, count, 0) and report.duration > 0
        raises(ccluster.OutOfOrder, client.wait)
        raises(ccluster.Invalid, client.solve, -1)
        raises(ccluster.Invalid, client.solve, float("nan"))
        client.deactivate([1])
        assert client.slot(1).state == "idle" and client.solve(timeout=30).participants == count - 1
        assert client.outcomes.tolist() == [2, 0] + [2] * (count - 2)
        assert client.rows[1] == ccluster.Rows.INITIAL
        client.activate([1])
        assert client.solve().participants == count
        assert client.reset([0, 1]).participants == 2 and client.reset().participants == count
        assert [slot.state for slot in client.slots()] == ["active"] * count
        raises(ccluster.OutOfRange, client.slot, count)
        raises(ccluster.OutOfRange, client.reset, [-1])
        assert client.is_cluster_instant(0) and not client.is_cluster_instant(1)
        raises(ccluster.ClientTaken, ccluster.Client.attach, name)
        raises(ccluster.Invalid, client.request, "dance")
        raises(ccluster.Invalid, ccluster.Cluster.attach, name, role="king")
    with ccluster.Client.attach(name) as client:
        assert client.solve().all_solved


def names(name):
    """What is not there is told with what is."""
    with ccluster.Cluster.attach(name) as cluster:
        assert "robot_state" in raises(ccluster.UnknownName, lambda: cluster.robot_stat)
        assert "joint_position" in raises(ccluster.UnknownName, lambda: cluster.robot_state.joint_positions)
        assert cluster.joints[0] in raises(ccluster.UnknownName, cluster.robot_state.column, "joint_position", "tail")
        assert not hasattr(cluster, "robot_stat") and not hasattr(cluster.robot_state, "__array__")
        raises(ccluster.Invalid, cluster.activate)


def outlive(name):
    """Arrays outlive their cluster and the run; all else raises once it is detached."""
    client = ccluster.Client.attach(name)
    state, part = client.robot_state, client.robot_state.joint_position[1:, 3]
    part[:] = 5
    other = client.robot_state.joint_velocity
    client.detach()
    client.detach()
    for call in (client.solve, client.trigger, client.wait, client.reset, client.activate, lambda: client.outcomes,
                 lambda: client.is_stopping, lambda: state.joint_position, lambda: state["joint_velocity"],
                 lambda: client.slot(0), lambda: state.read(0), lambda: state.write(0, None),
                 lambda: client.rhc_commands.joint_position, lambda: state.column("joint_position", client.joints[0])):
        raises(ccluster.Detached, call)
    assert "detached" in repr(client)
    texts = repr(state), repr(state.fields["joint_position"]), state.dtype, client.homing.sum(), client.description["name"]
    gc.collect()
    assert texts[:2] == (repr(state), repr(state.fields["joint_position"]))
    del client, state
    gc.collect()
    assert mappings(segment_of(name)), "its arrays keep it mapped"
    print("detached", flush=True)
    assert sys.stdin.readline() == "the run is over\n"
    assert (part == 5).all()
    part += 1
    assert (part == 6).all() and other.sum() == 0
    del part
    gc.collect()
    assert mappings(segment_of(name))
    del other
    gc.collect()
    assert not mappings(segment_of(name))


def segment_of(name):
    return "/ccluster.{}.{}".format(os.getuid(), name)


def interrupt(name):
    """Ctrl-C comes through while a step is waited for, in which other threads run; the step stays, and can be waited for."""
    with ccluster.Client.attach(name) as client:
        order = client.stimulus.order
        order[:] = 2

        def press():
            # Only gets to run while the other thread waits without the interpreter's lock.
            for _ in range(20):
                time.sleep(0.01)
            told.append(raises(ccluster.OutOfOrder, client.solve))
            told.append(raises(ccluster.OutOfOrder, client.detach))
            os.kill(os.getpid(), signal.SIGINT)

        told = []
        thread = threading.Thread(target=press)
        thread.start()
        raises_interrupt(client.solve)
        thread.join()
        assert len(told) == 2
        # As often as it is pressed.
        timer = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT))
        timer.start()
        raises_interrupt(client.wait)
        assert "wait()" in raises(ccluster.OutOfOrder, client.solve)
        order[:] = 0
        assert client.wait().all_solved
        assert client.solve().all_solved


def raises_interrupt(function):
    try:
        function()
    except KeyboardInterrupt:
        return
    raise AssertionError("it was not interrupted")


def asks(name):
    """Ctrl-C comes through while a request waits for a controller that is busy, and takes it back."""
    with ccluster.Client.attach(name) as client:
        order = client.stimulus.order
        order[0] = 2
        assert client.solve(0.1).late == 1
        timer = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT))
        timer.start()
        began = time.monotonic()
        raises_interrupt(lambda: client.request("deactivate", [0, 1], timeout=300))
        assert time.monotonic() - began < 100
        assert client.slot(1).state == "idle"
        assert "controller 0 (active)" in raises(ccluster.NoAnswer, client.request, "deactivate", [0, 1], 0.1)
        raises(ccluster.NoAnswer, client.request, "reset", [0], 0)
        raises(ccluster.Invalid, client.request, "reset", [0], -1)
        raises(ccluster.Invalid, client.request, "reset", [0], float("nan"))
        order[0] = 0
        client.activate([1])
        go_on_once_all_take_part(client)


def go_on_once_all_take_part(client):
    end = time.monotonic() + 60
    while client.solve().solved < client.controllers:
        assert time.monotonic() < end, client.slots()


def late(name, on_failure):
    """A copy leaves out what a late controller may be writing, and has what `on_failure` says in its place."""
    with ccluster.Client.attach(name) as client:
        answer, order, initial = client.answer, client.stimulus.order, client.answer.initial_row()
        client.stimulus.numbers[:] = 1
        assert client.solve().all_solved
        fields = "numbers", "pair", "steps"
        copies = {field: client.copy("answer", field) for field in fields}
        for field, copy in copies.items():
            assert copy.shape == answer[field].shape and copy.dtype == answer[field].dtype
            assert copy.tobytes() == answer[field].tobytes() and not numpy.shares_memory(copy, answer[field])
        order[0], client.stimulus.numbers[:] = 2, 7
        before = {field: copy.copy() for field, copy in copies.items()}
        assert client.solve(0.1).late == 1 and client.rows[0] == ccluster.Rows.UNFINISHED
        for field, copy in copies.items():
            assert client.copy("answer", field, copy) is copy
            is_kept = on_failure == "hold" or on_failure == "stop" and field == "numbers"
            assert numpy.array_equal(copy[0], before[field][0] if is_kept else initial[field]), (field, copy)
            assert copy[1:].tobytes() == answer[field][1:].tobytes() != before[field][1:].tobytes() or field == "pair"
            # Where there is nothing to hold.
            assert numpy.array_equal(client.copy("answer", field)[0], initial[field])
        # What the simulator writes is its own, whoever is late.
        assert (client.copy("stimulus", "numbers") == 7).all()
        copy = copies["numbers"]
        for wrong in (copy[:2], copy.astype("f4"), numpy.asfortranarray(copy), numpy.zeros((3, 6))[:, ::2]):
            assert "writable and in C order" in raises(ccluster.Invalid, client.copy, "answer", "numbers", wrong)
        raises(ccluster.WrongSync, client.copy, "hint", "pair")
        raises(ccluster.UnknownName, client.copy, "answer", "number")
        order[0] = 0
        go_on_once_all_take_part(client)
        assert (client.copy("answer", "numbers", copy) == answer.numbers).all()
    raises(ccluster.Detached, client.copy, "answer", "numbers")


def fails(name):
    """A solve and a reset that fail, in a row."""
    with ccluster.Client.attach(name) as client:
        for _ in range(3):
            client.stimulus.order[0] = 1
            assert client.solve().failed == 1
            client.stimulus.order[0] = 0
            client.reset([0])
        assert client.solve().all_solved


def size(name):
    """Of this process: resident bytes, mappings, descriptors, and mappings of that cluster."""
    gc.collect()
    with open("/proc/self/statm") as statm:
        resident = int(statm.read().split()[1]) * resource.getpagesize()
    with open("/proc/self/maps") as maps:
        return resident, len(maps.readlines()), len(os.listdir("/proc/self/fd")), len(mappings(segment_of(name)))


def assert_stays(sizes, slack):
    """Sizes after as many rounds each: allocators take pages of their own now and then, but what leaks grows every time, by more
    than `slack` bytes."""
    resident, maps, _, _ = (min(after - before for before, after in zip(column, column[1:])) for column in zip(*sizes))
    assert resident <= slack and maps <= 0, sizes
    assert len({size[2] for size in sizes}) == 1 and sizes[-1][3] == 0, sizes


def leaks(name, times):
    """A process that attaches, steps, detaches, over and over, stays as it is."""
    sizes = []
    # It takes some hundred rounds until allocators have all that they will ever need.
    for _ in range(8):
        for _ in range(int(times)):
            with ccluster.Client.attach(name) as client:
                client.robot_state.joint_position[:] = 1
                assert client.solve().all_solved
                client.rhc_commands.joint_position.sum()
                client.robot_state.read(0)
                client.copy("rhc_commands", "joint_position")
        sizes.append(size(name))
    assert_stays(sizes, 64 * int(times))


def again(name, runs):
    """A process that outlives its clusters: it attaches to each run of a name, steps it, and lets go; it stays as it is."""
    sizes, kept = [], None
    for run in range(1, int(runs) + 1):
        raises(ccluster.NotFound, ccluster.Client.attach, name)
        print("there is none", flush=True)
        assert sys.stdin.readline() == "there is one\n"
        # For the allocators, as above.
        for _ in range(300 if run == 1 else 0):
            ccluster.Client.attach(name).detach()
        with ccluster.Client.attach(name) as client:
            client.robot_state.joint_position[:] = run
            for _ in range(5):
                assert client.solve().all_solved
            assert client.reset().all_solved
            # It outlives the run, and goes with the next one.
            kept = client.robot_state.joint_position
        print("stepped", flush=True)
        assert sys.stdin.readline() == "it is over\n"
        assert (kept == run).all() and len(mappings(segment_of(name))) > 0
        if run % (int(runs) // 5) == 0:
            kept = None
            sizes.append(size(name))
    assert_stays(sizes, 1 << 14)


def runs(config, program, name):
    """Launched for a script, three runs of one name in one process; and each way that this fails."""
    for _ in range(3):
        with ccluster.launch(config, {"controllers.count": 2, "controllers.activate": True}, name, program) as client:
            assert client.name == name and client.controllers == 2
            for _ in range(20):
                assert client.solve().all_solved
        raises(ccluster.NotFound, ccluster.Cluster.attach, name)
    told = raises(ccluster.LaunchFailed, launch_once, config, {"controllers.cuont": 2}, name, program)
    assert "unknown-key" in told and "did you mean 'count'?" in told, told
    told = raises(ccluster.LaunchFailed, launch_once, config, {"controllers.program": "{command: ['false']}"}, name, program)
    assert "controller-0" in told, told
    try:
        with ccluster.launch(config, name=name, program=program):
            raise ZeroDivisionError("of the script's own")
    except ZeroDivisionError:
        pass
    raises(ccluster.NotFound, ccluster.Cluster.attach, name)


def launch_once(*arguments):
    with ccluster.launch(*arguments):
        pass


def killed(config, program, name):
    """What was launched ends with a script that is killed."""
    with ccluster.launch(config, {"controllers.count": 2}, name, program) as client:
        client.solve()
        print("stepped", flush=True)
        os.kill(os.getpid(), signal.SIGKILL)


def gone(name):
    """The server dies under a client."""
    with ccluster.Client.attach(name) as client:
        client.solve()
        client.stimulus.order[:] = 2
        print("stepped", flush=True)
        raises((ccluster.ServerGone, ccluster.Stopped), client.solve)


def closed(segment):
    """Another user's cluster, by its full name."""
    os.setgid(65534)
    os.setuid(65534)
    assert "belongs to user 0" in raises(ccluster.OtherUser, ccluster.Cluster.attach, segment)


def torch(name):
    """Tensors over the memory itself."""
    import torch

    with ccluster.Client.attach(name) as client, ccluster.Cluster.attach(name) as observer:
        tensor = client.robot_state.torch("joint_position")
        tensor.fill_(4)
        tensor[1, 2] = 5
        assert observer.robot_state.joint_position.sum() == 4 * tensor.numel() + 1
        raises(ccluster.NotWritable, client.rhc_commands.torch, "joint_position")
        copy = client.rhc_commands.torch("joint_position", copy=True)
        copy.fill_(1)
        assert torch.allclose(observer.robot_state.torch("joint_position", copy=True), tensor)
        del copy
    tensor += 1
    assert float(tensor[1, 2]) == 6
    del tensor
    gc.collect()
    assert not mappings(segment_of(name))


# The watchdog: none of them takes as long.
faulthandler.dump_traceback_later(500, exit=True)
globals()[sys.argv[1]](*sys.argv[2:])
