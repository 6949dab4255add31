// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .strictMemorySafety(), .treatAllWarnings(as: .error), .enableExperimentalFeature("Lifetimes"),
    .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]
let warnings: [CSetting] = [
    .enableWarning("all"), .enableWarning("extra"), .treatAllWarnings(as: .error),
]

func library(_ name: String, _ dependencies: Target.Dependency...) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func program(_ name: String, at path: String, _ more: Target.Dependency...) -> Target {
    .executableTarget(
        name: name, dependencies: ["Newswire", "NewswireLog"] + more, path: path,
        swiftSettings: settings)
}

func tests(
    _ name: String, _ dependencies: Target.Dependency..., excluding fixtures: [String] = []
) -> Target {
    .testTarget(
        name: name, dependencies: dependencies, exclude: fixtures, swiftSettings: settings)
}

let package = Package(
    name: "newswire",
    products: [
        .library(name: "Newswire", targets: ["Newswire"]),
        .library(name: "NewswireLog", targets: ["NewswireLog"]),
        .library(name: "NewswireTesting", targets: ["NewswireTesting"]),
        .executable(name: "newswire", targets: ["newswire-tool"]),
        .executable(name: "newswire-bench", targets: ["newswire-bench"]),
    ],
    targets: [
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "CNewswire", cSettings: warnings),
        library("NewswireLog", "CNewswire", "CZlib"),
        library("Newswire", "NewswireLog"),
        .target(name: "CNewswireTesting", cSettings: warnings),
        library("NewswireTesting", "Newswire", "NewswireLog", "CNewswireTesting"),
        .target(
            name: "CFloors", dependencies: ["CNewswire", "CZlib"], path: "Benchmarks/CFloors",
            cSettings: warnings),
        program("newswire-tool", at: "tools/newswire"),
        program("newswire-bench", at: "Benchmarks/newswire-bench", "CFloors"),
        tests("NewswireLogTests", "NewswireLog", "NewswireTesting"),
        tests("NewswireTests", "Newswire", "NewswireLog", "NewswireTesting"),
        tests(
            "FormatTests", "Newswire", "NewswireLog", "NewswireTesting", excluding: ["Fixtures"]),
        tests("SimulationTests", "Newswire", "NewswireLog", "NewswireTesting"),
        tests("StyleTests"),
    ]
)
