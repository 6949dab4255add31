import Foundation

/// What the environment says of how long, and from where on, random runs go.
enum SimulationSettings {
    private static func number<Number: LosslessStringConvertible>(_ name: String) -> Number? {
        ProcessInfo.processInfo.environment[name].flatMap { Number($0) }
    }

    /// How long a random tier goes on; with it, the exhaustive ones leave nothing out.
    static let seconds: Int? = number("NEWSWIRE_SIMULATION_SECONDS")
    static let firstSeed: UInt64? = number("NEWSWIRE_SEED")
    /// How many seeds a random tier takes, however long that is.
    static let seedCount: UInt64? = number("NEWSWIRE_SEEDS")

    /// Whether `tools/mutants` has left something out.
    static let isMutant = ProcessInfo.processInfo.environment["NEWSWIRE_MUTANT"] != nil

    /// The command that does `seed` again in the suite of that name.
    static func replay(_ seed: UInt64, _ suite: String) -> String {
        "NEWSWIRE_SEED=\(seed) NEWSWIRE_SEEDS=1 tools/run-tests --filter '\(suite)'"
    }
}
