internal import CNewswire
internal import Glibc
internal import Synchronization

/// Tells when something changes in directories of this machine, by any process (inotify).
///
/// It is for following what another process writes. One thread waits; any thread may add, remove
/// and wake. A change may be told more than once, and one by a map is never told: writers here
/// write by calls.
package final class DirectoryWatch: Sendable {
    /// Why a wait ended; nothing in it says that the deadline passed.
    package struct Wake: Hashable, Sendable {
        /// The directories in which something may have changed, as they were added, sorted.
        package var changed: [String] = []
        /// Whether ``DirectoryWatch/wake()`` was called.
        package var isWoken = false

        package init() {}

        package init(changed: [String], isWoken: Bool) {
            self.changed = changed
            self.isWoken = isWoken
        }
    }

    private let events: Descriptor
    private let alarm: Descriptor
    private let watched = Mutex(WatchedDirectories())

    /// - Throws: when the user has too many inotify instances, or the process no descriptor left.
    package init() throws(IOFailure) {
        guard let events = Descriptor(owning: inotify_init1(Int32(IN_CLOEXEC | IN_NONBLOCK))) else {
            throw IOFailure(.watch, "inotify", errorNumber: errno)
        }
        guard let alarm = Descriptor(owning: nw_event_descriptor()) else {
            throw IOFailure(.watch, "eventfd", errorNumber: errno)
        }
        self.events = events
        self.alarm = alarm
    }

    /// Watches the directory at `path`; adding it again changes nothing.
    package func add(_ path: String) throws(IOFailure) {
        try watched.withLock { watched throws(IOFailure) in
            let mask =
                IN_MODIFY | IN_CREATE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE | IN_CLOSE_WRITE
                | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR
            // Under the lock, so that no event arrives for a number without a path. It is quick.
            let number = unsafe inotify_add_watch(events.number, path, UInt32(mask))
            guard number >= 0 else { throw IOFailure(.watch, path, errorNumber: errno) }
            watched.pathOf[number] = path
            watched.numberOf[path] = number
        }
    }

    /// No longer watches `path`; one that is not watched (any more) is fine.
    package func remove(_ path: String) {
        watched.withLock { watched in
            guard let number = watched.numberOf.removeValue(forKey: path) else { return }
            watched.pathOf[number] = nil
            // It fails when the directory went at this moment, which leaves nothing to remove.
            _ = inotify_rm_watch(events.number, number)
        }
    }

    /// Ends the wait that is under way, or the next one.
    package func wake() {
        var one: UInt64 = 1
        // It fails only when the counter is full, and then the wait ends all the same.
        _ = unsafe Glibc.write(alarm.number, &one, MemoryLayout<UInt64>.size)
    }

    /// Waits for a change or a call of ``wake()``, at most until `deadline` of the monotonic clock.
    package func wait(until deadline: Instant?) throws(IOFailure) -> Wake {
        while true {
            let ready = try poll(until: deadline)
            var wake = Wake()
            if ready.alarm { wake.isWoken = clearAlarm() }
            if ready.events { wake.changed = try readChanges().sorted() }
            // Events of directories that were removed meanwhile are nobody's.
            if wake != Wake() { return wake }
            if let deadline, SystemTimeSource().instant() >= deadline { return wake }
        }
    }

    private func poll(
        until deadline: Instant?
    ) throws(IOFailure) -> (events: Bool, alarm: Bool) {
        var asked = [
            pollfd(fd: events.number, events: Int16(POLLIN), revents: 0),
            pollfd(fd: alarm.number, events: Int16(POLLIN), revents: 0),
        ]
        // An interrupted wait goes back to the caller's loop, which looks at the deadline anew.
        guard unsafe Glibc.poll(&asked, 2, Self.milliseconds(until: deadline)) == -1 else {
            return (asked[0].revents != 0, asked[1].revents != 0)
        }
        guard errno == EINTR else { throw IOFailure(.watch, "poll", errorNumber: errno) }
        return (false, false)
    }

    /// Rounded up: a wait that ends early would be entered again and again.
    private static func milliseconds(until deadline: Instant?) -> Int32 {
        guard let deadline else { return -1 }
        let left = deadline.nanoseconds - SystemTimeSource().instant().nanoseconds
        guard left > 0 else { return 0 }
        return Int32(clamping: left / 1_000_000 + 1)
    }

    private func clearAlarm() -> Bool {
        var count: UInt64 = 0
        return unsafe Glibc.read(alarm.number, &count, MemoryLayout<UInt64>.size) > 0
    }

    private func readChanges() throws(IOFailure) -> Set<String> {
        var changed: Set<String> = []
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = unsafe Glibc.read(events.number, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN { return changed }
            guard count >= 0 else { throw IOFailure(.watch, "inotify", errorNumber: errno) }
            note(events: buffer.prefix(count), in: &changed)
        }
    }

    private func note(events: ArraySlice<UInt8>, in changed: inout Set<String>) {
        var rest = events
        watched.withLock { watched in
            while let event = Self.nextEvent(&rest) {
                watched.note(event, in: &changed)
            }
        }
    }

    private static func nextEvent(_ rest: inout ArraySlice<UInt8>) -> inotify_event? {
        // Sound: the kernel writes whole events; a load of integers takes any bytes.
        let event = unsafe rest.withUnsafeBytes { bytes in
            bytes.count < MemoryLayout<inotify_event>.size
                ? nil : unsafe bytes.loadUnaligned(as: inotify_event.self)
        }
        guard let event else { return nil }
        rest = rest.dropFirst(MemoryLayout<inotify_event>.size + Int(event.len))
        return event
    }
}

/// The paths behind the numbers that inotify gives.
private struct WatchedDirectories {
    var pathOf: [Int32: String] = [:]
    var numberOf: [String: Int32] = [:]

    mutating func note(_ event: inotify_event, in changed: inout Set<String>) {
        // The kernel's queue ran over: whatever is watched may have changed.
        if event.mask & UInt32(IN_Q_OVERFLOW) != 0 { changed.formUnion(numberOf.keys) }
        guard let path = pathOf[event.wd] else { return }
        changed.insert(path)
        guard event.mask & UInt32(IN_IGNORED) != 0 else { return }
        // The directory is gone, and with it the watch; a new one of that name has to be added.
        pathOf[event.wd] = nil
        if numberOf[path] == event.wd { numberOf[path] = nil }
    }
}
