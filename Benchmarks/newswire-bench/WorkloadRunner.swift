/// Times the engine and its floor by turns.
struct WorkloadRunner {
    let caseName: String
    let rounds: Int

    /// Runs one workload from its preparation to its end.
    func measure(_ workload: any Workload) async throws -> Measurement {
        try await workload.prepare()
        let load = MachineLoad()
        var samples = Samples()
        // The first round warms caches, files and memory; it is thrown away.
        for round in -1..<rounds {
            try Session.stopWhenInterrupted()
            let sample = try await turn(round, of: workload)
            if round >= 0 { samples.add(sample, workload.unit) }
        }
        let otherLoad = load.shareOfOthers()
        try await workload.finish()
        return Measurement(
            caseName: caseName, parameters: workload.parameters, unit: workload.unit,
            rounds: rounds, engine: Spread(samples.engine), allocations: samples.allocations,
            floor: samples.floorSpread, ratio: samples.ratioSpread,
            otherLoad: otherLoad)
    }

    // Who begins changes, so that neither always meets the warmer or the busier machine.
    private func turn(
        _ round: Int, of workload: any Workload
    ) async throws -> (engine: Run, floor: Run?) {
        if round % 2 == 0 {
            let engine = try await workload.runEngine()
            return try agreed(engine, try workload.runFloor(), workload)
        }
        let floor = try workload.runFloor()
        return try agreed(try await workload.runEngine(), floor, workload)
    }

    /// A ratio of two different amounts of work would mean nothing.
    private func agreed(
        _ engine: Run, _ floor: Run?, _ workload: any Workload
    ) throws -> (engine: Run, floor: Run?) {
        guard let floor else { return (engine, nil) }
        let isSame =
            isEqual(engine.byteCount, floor.byteCount) && isEqual(engine.checksum, floor.checksum)
        guard isSame, engine.amount == floor.amount else {
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

/// The values of some rounds.
private struct Samples {
    var engine: [Double] = []
    private var floor: [Double] = []
    private var perOperation: [Double] = []

    mutating func add(_ sample: (engine: Run, floor: Run?), _ unit: Unit) {
        engine.append(unit.value(of: sample.engine))
        if let run = sample.floor { floor.append(unit.value(of: run)) }
        guard sample.engine.operations > 0 else { return }
        perOperation.append(
            Double(sample.engine.allocations) / Double(sample.engine.operations))
    }

    var allocations: Double? { perOperation.isEmpty ? nil : Spread(perOperation).median }

    var floorSpread: Spread? { floor.isEmpty ? nil : Spread(floor) }

    var ratioSpread: Spread? {
        floor.isEmpty ? nil : Spread(zip(engine, floor).map { $0 / $1 })
    }
}
