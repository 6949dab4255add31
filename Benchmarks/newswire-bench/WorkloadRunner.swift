/// Times the engine and its floor by turns.
struct WorkloadRunner {
    let caseName: String
    let rounds: Int

    /// Runs one workload from its preparation to its end.
    func measure(_ workload: any Workload) throws -> Measurement {
        try workload.prepare()
        let load = MachineLoad()
        var samples = Samples(unit: workload.unit)
        // The first round warms caches, files and memory; it is thrown away.
        for round in -1..<rounds {
            try Session.stopWhenInterrupted()
            let sample = try turn(round, of: workload)
            if round >= 0 { samples.add(sample) }
        }
        let otherLoad = load.shareOfOthers()
        try workload.finish()
        return Measurement(
            caseName: caseName, parameters: workload.parameters, unit: workload.unit,
            rounds: rounds, engine: samples.engineSpread, allocations: samples.allocations,
            floor: samples.floorSpread, ratio: samples.ratio(by: \.nanoseconds),
            processorRatio: samples.ratio(by: \.processorNanoseconds), otherLoad: otherLoad,
            details: samples.details)
    }

    // Who begins changes, so that neither always meets the warmer or the busier machine.
    private func turn(
        _ round: Int, of workload: any Workload
    ) throws -> (engine: Run, floor: Run?) {
        if round % 2 == 0 {
            let engine = try workload.runEngine()
            return try agreed(engine, try workload.runFloor(), workload)
        }
        let floor = try workload.runFloor()
        return try agreed(try workload.runEngine(), floor, workload)
    }

    /// A ratio of two different amounts of work would mean nothing.
    private func agreed(
        _ engine: Run, _ floor: Run?, _ workload: any Workload
    ) throws -> (engine: Run, floor: Run?) {
        guard let floor else { return (engine, nil) }
        let isSame =
            isEqual(engine.byteCount, floor.byteCount) && isEqual(engine.checksum, floor.checksum)
        guard isSame, workload.comparesRates || engine.amount == floor.amount else {
            throw BenchmarkFailure.failed(
                "\(caseName) (\(workload.parameters)): engine and floor did different work: "
                    + "\(engine) and \(floor)")
        }
        return (engine, floor)
    }

    // What one of them does not tell is not compared.
    private func isEqual<Value: Equatable>(_ left: Value?, _ right: Value?) -> Bool {
        left == nil || right == nil || left == right
    }
}

/// What the rounds did.
private struct Samples {
    let unit: Unit
    private var engine: [Run] = []
    private var floor: [Run] = []

    init(unit: Unit) { self.unit = unit }

    mutating func add(_ round: (engine: Run, floor: Run?)) {
        engine.append(round.engine)
        if let run = round.floor { floor.append(run) }
    }

    var engineSpread: Spread { Spread(values(engine, by: \.nanoseconds)) }

    var floorSpread: Spread? {
        floor.isEmpty ? nil : Spread(values(floor, by: \.nanoseconds))
    }

    /// Engine divided by floor, round by round.
    func ratio(by time: KeyPath<Run, Int64>) -> Spread? {
        guard !floor.isEmpty, (engine + floor).allSatisfy({ $0[keyPath: time] > 0 }) else {
            return nil
        }
        return Spread(zip(values(engine, by: time), values(floor, by: time)).map { $0 / $1 })
    }

    var details: [Detail] {
        Detail.medians(of: engine.map(\.details)) + Detail.medians(of: floor.map(\.details))
    }

    var allocations: Double? {
        let counted = engine.filter { $0.operations > 0 }
        guard !counted.isEmpty else { return nil }
        return Spread(counted.map { Double($0.allocations) / Double($0.operations) }).median
    }

    private func values(_ runs: [Run], by time: KeyPath<Run, Int64>) -> [Double] {
        runs.map { unit.value(of: $0.amount, nanoseconds: $0[keyPath: time]) }
    }
}
