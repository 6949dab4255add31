import NewswireLog
import NewswireTesting
import Synchronization
import Testing

struct EvictionClockTests {
    private final class Entry: Evictable {
        struct State {
            var isUsed = false
            var isBusy = false
            var holds = true
        }
        let state = Mutex(State())

        var holds: Bool { state.withLock { $0.holds } }
        func use() { state.withLock { $0.isUsed = true } }
        func setBusy(_ isBusy: Bool) { state.withLock { $0.isBusy = isBusy } }

        func takeUseMark() -> Bool {
            state.withLock { state in
                defer { state.isUsed = false }
                return state.isUsed
            }
        }

        func evict() -> Bool {
            state.withLock { state in
                if !state.isBusy { state.holds = false }
                return !state.isBusy
            }
        }
    }

    private func filled(_ count: Int) -> (EvictionClock, [Entry]) {
        let clock = EvictionClock(capacity: count)
        let entries = (0..<count).map { _ in Entry() }
        for entry in entries { clock.insert(entry) }
        return (clock, entries)
    }

    @Test func `nothing is evicted while there is room`() {
        let (clock, entries) = filled(4)
        #expect(entries.allSatisfy { $0.holds })
        clock.insert(entries[0])
        #expect(clock.count == 4)
        #expect(entries.allSatisfy { $0.holds })
    }

    @Test func `what was used since the last round is spared`() {
        let (clock, entries) = filled(4)
        for number in [0, 1, 3] { entries[number].use() }
        let newcomer = Entry()
        clock.insert(newcomer)
        #expect(entries.map(\.holds) == [true, true, false, true])
        #expect(newcomer.holds)
        #expect(clock.count == 4)
    }

    @Test func `when all were used one goes all the same`() {
        let (clock, entries) = filled(4)
        for entry in entries { entry.use() }
        clock.insert(Entry())
        #expect(entries.filter(\.holds).count == 3)
    }

    @Test func `busy entries are passed over, and the number is exceeded if it must`() {
        let (clock, entries) = filled(3)
        for entry in entries { entry.setBusy(true) }
        let newcomers = [Entry(), Entry()]
        for newcomer in newcomers { newcomer.setBusy(true) }
        for newcomer in newcomers { clock.insert(newcomer) }
        #expect(clock.count == 5)
        entries[1].setBusy(false)
        entries[2].setBusy(false)
        let last = Entry()
        clock.insert(last)
        #expect(entries.map(\.holds) == [true, false, false])
        #expect(clock.count == 4)
    }

    @Test func `a removed entry makes room`() {
        let (clock, entries) = filled(4)
        clock.remove(entries[0])
        clock.remove(entries[0])
        clock.insert(Entry())
        #expect(entries.allSatisfy { $0.holds })
        clock.insert(entries[0])
        #expect(entries.filter { $0.holds }.count == 3)
    }

    @Test func `one can be evicted below the number, busy ones are spared`() {
        let (clock, entries) = filled(3)
        entries[0].setBusy(true)
        entries[1].use()
        #expect(clock.evictOne())
        #expect(entries.map(\.holds) == [true, true, false])
        #expect(clock.evictOne())
        #expect(entries.map(\.holds) == [true, false, false])
        #expect(!clock.evictOne())
        #expect(clock.count == 1)
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `the number is kept whatever happens`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let clock = EvictionClock(capacity: 8)
        let entries = (0..<50).map { _ in Entry() }
        for entry in entries { entry.state.withLock { $0.holds = false } }
        for step in 0..<2000 {
            let entry = entries[Int.random(in: 0..<50, using: &random)]
            switch Int.random(in: 0..<4, using: &random) {
            case 0:
                clock.remove(entry)
                entry.state.withLock { $0.holds = false }
            default:
                entry.state.withLock {
                    $0.holds = true
                    $0.isUsed = true
                }
                clock.insert(entry)
            }
            let holding = entries.filter(\.holds).count
            #expect(holding <= 8 && holding == clock.count, "seed \(seed), step \(step)")
        }
    }

    @Test func `threads that insert at once lose nothing`() throws {
        let clock = EvictionClock(capacity: 8)
        let entries = (0..<64).map { _ in Entry() }
        let threads = try (0..<4).map { number throws(IOFailure) in
            try Thread.start(name: "insert \(number)") {
                for round in 0..<5000 {
                    let entry = entries[(round &* 7 &+ number &* 13) % entries.count]
                    entry.use()
                    clock.insert(entry)
                    if round % 5 == 0 { clock.remove(entry) }
                }
            }
        }
        for thread in threads { thread.join() }
        clock.insert(entries[0])
        #expect(clock.count <= 8)
    }
}
