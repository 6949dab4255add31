import Newswire
import NewswireTesting
import Testing

/// Changes of topics and appends on a simulated disk whose power fails at each point in turn.
struct EngineCrashTests {
    /// What was acknowledged is there after a crash, and of what was under way all or nothing.
    @Test(arguments: CrashProfile.allCases)
    func `every change happened or did not, wherever the power fails`(
        profile: CrashProfile
    ) throws {
        let states = try EngineRun().statesAfterEachStep()
        // All points for the profile that loses most; the others begin at different ones.
        let step = profile == .dropped ? 1 : 5
        for point in stride(from: 1 + profile.rawValue.count % step, to: .max, by: step) {
            let run = EngineRun()
            run.disk.crashPoint = point
            let count = run.performUntilPowerFails()
            guard run.disk.isPowerOff else { break }
            let disk = run.disk.crash(profile, seed: UInt64(point))
            let allowed = states[count...min(count + 1, states.count - 1)]
            for open in 1...2 {
                let engine = try StreamEngine.open(on: disk, time: run.time)
                let state = try EngineState(engine)
                try #require(
                    allowed.contains(state),
                    "\(profile), crash \(point), \(count) steps done, open \(open)")
                try engine.close()
            }
        }
    }

    @Test func `what a crash left can be worked with`() throws {
        for point in stride(from: 1, to: 400, by: 7) {
            let run = EngineRun()
            run.disk.crashPoint = point
            _ = run.performUntilPowerFails()
            guard run.disk.isPowerOff else { break }
            let disk = run.disk.crash(.mixed, seed: UInt64(point))
            let engine = try StreamEngine.open(on: disk, time: run.time)
            let topic = try engine.createTopic("fresh", .init(partitions: 2))
            try topic.partition(1).append("x")
            #expect(try topic.partition(1).values() == ["x"], "crash \(point)")
            try engine.close()
        }
    }
}

/// A program that changes topics, on a simulated disk.
private struct EngineRun {
    let time = ManualTimeSource()
    let disk: SimulatedFileSystem

    private static let steps: [@Sendable (StreamEngine) throws -> Void] = [
        { try $0.createTopic("a") },
        { try $0.topic("a").partition(0).append("1", "2") },
        { try $0.createTopic("b", .init(partitions: 2)) },
        { try $0.topic("b").partition(1).append("3") },
        { try $0.addPartitions(to: "a", total: 2) },
        { try $0.topic("a").partition(1).append("4") },
        { try $0.alterTopic("a", .init(set: ["segment.bytes": "2048"])) },
        { try $0.deleteTopic("b") },
        { try $0.createTopic("b") },
        { try $0.topic("b").partition(0).append("5") },
        { try $0.trimTopic("a", before: .offset(Offset(1)), partition: 0) },
        { try $0.topic("a").partition(0).append("6") },
        { engine in
            let partitions = try ["a", "b"].map { try engine.topic($0).partition(0) }
            let record = Record(value: Array("7".utf8))
            try engine.append(to: partitions.map { .init($0, [record]) })
        },
    ]

    init() { disk = SimulatedFileSystem(time: time) }

    /// What is there before the first step and after each.
    func statesAfterEachStep() throws -> [EngineState] {
        let engine = try StreamEngine.open(on: disk, time: time)
        var states = [try EngineState(engine)]
        for step in Self.steps {
            try step(engine)
            states.append(try EngineState(engine))
        }
        try engine.close()
        return states
    }

    /// Does the steps until one fails; answers how many were done.
    func performUntilPowerFails() -> Int {
        var count = 0
        do {
            let engine = try StreamEngine.open(on: disk, time: time)
            for step in Self.steps {
                try step(engine)
                count += 1
            }
        } catch {
            // The power is off: what was done so far is the answer.
            return count
        }
        return count
    }
}

/// What an engine shows of its topics.
private struct EngineState: Equatable {
    struct TopicState: Equatable {
        let overrides: [String: String]
        let starts: [Offset]
        let values: [[String]]
    }

    private let topics: [String: TopicState]

    init(_ engine: StreamEngine) throws {
        topics = try Dictionary(
            uniqueKeysWithValues: engine.topics.map { topic in
                let state = TopicState(
                    overrides: topic.configuration.overrides,
                    starts: topic.partitions.map(\.offsets.logStartOffset),
                    values: try topic.partitions.map { try $0.values() })
                return (topic.name, state)
            })
    }
}
