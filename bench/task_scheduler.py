"""A small operating system's scheduler: tasks of several classes, packets in linked queues, states, method calls through a table."""


class Packet:
    def __init__(self, link, ident, kind):
        self.link = link
        self.ident = ident
        self.kind = kind
        self.datum = 0
        self.data = [0] * 4

    def append_to(self, queue):
        self.link = None
        if queue is None:
            return self
        last = queue
        while last.link is not None:
            last = last.link
        last.link = self
        return queue


class State:
    def __init__(self):
        self.packet_pending = False
        self.waiting = False
        self.holding = False

    def runnable(self):
        return self.packet_pending or not self.waiting

    def blocked(self):
        return self.holding or (not self.packet_pending and self.waiting)


class Task(State):
    def __init__(self, system, ident, priority, queue):
        super().__init__()
        self.system = system
        self.ident = ident
        self.priority = priority
        self.queue = queue
        self.packet_pending = queue is not None
        self.waiting = queue is not None
        self.next = system.tasks
        system.tasks = self
        system.table[ident] = self

    def take(self):
        packet = None
        if self.packet_pending and self.waiting:
            packet = self.queue
            self.queue = packet.link
            self.waiting = False
            self.packet_pending = self.queue is not None
        return self.run(packet)

    def add(self, packet, old):
        if self.queue is None:
            self.queue = packet
            self.packet_pending = True
            if self.priority > old.priority:
                return self
        else:
            packet.append_to(self.queue)
        return old

    def wait(self):
        self.waiting = True
        return self

    def hold(self):
        self.system.holds += 1
        self.holding = True
        return self.next

    def send(self, packet):
        system = self.system
        target = system.table[packet.ident]
        system.sent += 1
        packet.link = None
        packet.ident = self.ident
        return target.add(packet, self)

    def release(self, ident):
        task = self.system.table[ident]
        task.holding = False
        return task if task.priority > self.priority else self


class Idle(Task):
    def __init__(self, system, count):
        super().__init__(system, 0, 0, None)
        self.count = count
        self.control = 1

    def run(self, packet):
        self.count -= 1
        if self.count == 0:
            return self.hold()
        if self.control & 1 == 0:
            self.control //= 2
            return self.release(2)
        self.control = self.control // 2 ^ 0xD008
        return self.release(3)


class Device(Task):
    pending = None

    def run(self, packet):
        if packet is None:
            packet = self.pending
            if packet is None:
                return self.wait()
            self.pending = None
            return self.send(packet)
        self.pending = packet
        return self.hold()


class Handler(Task):
    work = None
    devices = None

    def run(self, packet):
        if packet is not None:
            packet.link = None
            if packet.kind == 1:
                self.work = packet.append_to(self.work)
            else:
                self.devices = packet.append_to(self.devices)
        work = self.work
        if work is None:
            return self.wait()
        if work.datum >= 4:
            self.work = work.link
            return self.send(work)
        device = self.devices
        if device is None:
            return self.wait()
        self.devices = device.link
        device.datum = work.data[work.datum]
        work.datum += 1
        return self.send(device)


class Worker(Task):
    target = 4
    letter = 0

    def run(self, packet):
        if packet is None:
            return self.wait()
        self.target = 5 if self.target == 4 else 4
        packet.ident = self.target
        packet.datum = 0
        for i in range(4):
            self.letter = self.letter % 26 + 1
            packet.data[i] = 64 + self.letter
        return self.send(packet)


class System:
    def __init__(self, count):
        self.tasks = None
        self.table = {}
        self.holds = self.sent = 0
        Idle(self, count)
        Worker(self, 1, 1000, Packet(Packet(None, 1, 1), 1, 1))
        for ident, device in ((4, 2), (5, 3)):
            queue = None
            for _ in range(3):
                queue = Packet(queue, device, 0)
            Handler(self, ident, 2000 + ident, queue)
        Device(self, 2, 4000, None).waiting = True
        Device(self, 3, 5000, None).waiting = True

    def schedule(self):
        task = self.tasks
        steps = 0
        while task is not None:
            steps += 1
            task = task.next if task.blocked() else task.take()
        return steps


def main(n):
    first = None
    for _ in range(2):
        system = System(n)
        result = system.schedule(), system.holds, system.sent
        assert first in (None, result) and system.holds > n // 4 and system.sent > n // 4
        first = result


if __name__ == '__main__':
    import sys
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 25000)
