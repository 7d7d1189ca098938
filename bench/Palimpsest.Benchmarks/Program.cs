using Palimpsest.Benchmarks;
using Palimpsest.Benchmarks.Owners;
using Palimpsest.Models.Sources;
using Palimpsest.Torch;

switch (args)
{
    case ["train-step", .. var rest]:
        TrainStepBenchmark.Run(rest.ElementAtOrDefault(0) ?? "7M", Enum.Parse<ComputeType>(rest.ElementAtOrDefault(1) ?? "F32", ignoreCase: true), int.Parse(rest.ElementAtOrDefault(2) ?? "5", System.Globalization.CultureInfo.InvariantCulture));
        return 0;
    case ["preference-step", .. var rest]:
        PreferenceStepBenchmark.Run(int.Parse(rest.ElementAtOrDefault(0) ?? "9", System.Globalization.CultureInfo.InvariantCulture));
        return 0;
    case ["unlearn-step", .. var rest]:
        UnlearnStepBenchmark.Run(int.Parse(rest.ElementAtOrDefault(0) ?? "9", System.Globalization.CultureInfo.InvariantCulture));
        return 0;
    case ["scoring", .. var rest]:
        ScoringBenchmark.Run(int.Parse(rest.ElementAtOrDefault(0) ?? "9", System.Globalization.CultureInfo.InvariantCulture));
        return 0;
    case ["optimizer-step", .. var rest]:
        OptimizerStepBenchmark.Run(
            rest.ElementAtOrDefault(0) ?? "13M", int.Parse(rest.ElementAtOrDefault(1) ?? "9", System.Globalization.CultureInfo.InvariantCulture),
            [.. (rest.ElementAtOrDefault(2) ?? "64,256,1024").Split(',').Select(count => int.Parse(count, System.Globalization.CultureInfo.InvariantCulture))]);
        return 0;
    case ["ours", .. var rest]:
        TrainStepBenchmark.Ours(rest.ElementAtOrDefault(0) ?? "7M", 12);
        return 0;
    case ["memory", "blocks", "kept" or "again", .. var rest]:
        MemoryBenchmark.Blocks(args[2] == "again", int.Parse(rest.ElementAtOrDefault(0) ?? "5", System.Globalization.CultureInfo.InvariantCulture));
        return 0;
    case ["memory", "loss", "whole" or "chunks"]:
        MemoryBenchmark.Loss(args[2] == "chunks");
        return 0;
    case ["plan"]:
        PlanBenchmark.All();
        return 0;
    case ["plan", var size, var method, "f32" or "mixed", .. var rest]:
        PlanBenchmark.One(size, method, args[3], rest is ["again"]);
        return 0;
    case ["flat-vectors"]:
        FlatVectorBenchmark.Run();
        return 0;
    case ["frames"]:
        FrameBenchmark.Run();
        return 0;
    case ["top-k", .. var rest]:
        TopKBenchmark.Run([.. rest.DefaultIfEmpty("1000000").Select(size => int.Parse(size, System.Globalization.CultureInfo.InvariantCulture))]);
        return 0;
    case ["privacy"]:
        PrivacyBenchmark.Run();
        return 0;
    case ["attention", .. var rest]:
        AttentionBenchmark.Run(int.Parse(rest.ElementAtOrDefault(0) ?? "31", System.Globalization.CultureInfo.InvariantCulture));
        return 0;
    case ["sae", .. var rest]:
        SaeBenchmark.Run(int.Parse(rest.ElementAtOrDefault(0) ?? "9", System.Globalization.CultureInfo.InvariantCulture));
        return 0;
    case ["decode", "packed", .. var rest]:
        PackedBenchmark.Run(
            int.Parse(rest.ElementAtOrDefault(0) ?? "5", System.Globalization.CultureInfo.InvariantCulture),
            int.Parse(rest.ElementAtOrDefault(1) ?? "0", System.Globalization.CultureInfo.InvariantCulture),
            [.. rest.Skip(2)]);
        return 0;
    case ["decode", .. var rest]:
        DecodeBenchmark.Run(Enum.Parse<ComputeType>(rest.ElementAtOrDefault(0) ?? "F32", ignoreCase: true), int.Parse(rest.ElementAtOrDefault(1) ?? "3", System.Globalization.CultureInfo.InvariantCulture), int.Parse(rest.ElementAtOrDefault(2) ?? "0", System.Globalization.CultureInfo.InvariantCulture));
        return 0;
    case ["load", var model, "packed"]:
        DecodeBenchmark.Load(model, ComputeType.F32, LoadMode.Packed);
        return 0;
    case ["load", var model, .. var rest]:
        DecodeBenchmark.Load(model, Enum.Parse<ComputeType>(rest.ElementAtOrDefault(0) ?? "F32", ignoreCase: true), LoadMode.Mapped);
        return 0;
    case ["embed", .. var rest]:
        EmbedBenchmark.Run(
            int.Parse(rest.ElementAtOrDefault(0) ?? "5", System.Globalization.CultureInfo.InvariantCulture),
            int.Parse(rest.ElementAtOrDefault(1) ?? "0", System.Globalization.CultureInfo.InvariantCulture));
        return 0;
    case ["tokenize", .. var rest]:
        TokenizeBenchmark.Run(rest);
        return 0;
    case ["owners", .. var rest]:
        OwnersBenchmark.Run(rest);
        return 0;
    case ["federation", .. var rest]:
        FederationBenchmark.Run(int.Parse(rest.ElementAtOrDefault(0) ?? "9", System.Globalization.CultureInfo.InvariantCulture));
        return 0;
    case ["cascade", .. var rest]:
        CascadeBenchmark.Run(int.Parse(rest.ElementAtOrDefault(0) ?? "9", System.Globalization.CultureInfo.InvariantCulture));
        return 0;
    case ["rollouts", "--model", var model, "mapped" or "packed", .. var rest]:
        RolloutBenchmark.Run(
            model, args[3] == "packed" ? LoadMode.Packed : LoadMode.Mapped,
            int.Parse(rest.ElementAtOrDefault(0) ?? "1", System.Globalization.CultureInfo.InvariantCulture));
        return 0;
    case ["rollouts", .. var rest]:
        RolloutBenchmark.Run(int.Parse(rest.ElementAtOrDefault(0) ?? "5", System.Globalization.CultureInfo.InvariantCulture));
        return 0;
    case ["federation-audit", .. var rest]:
        return FederationAudit.Run(int.Parse(rest.ElementAtOrDefault(0) ?? "500", System.Globalization.CultureInfo.InvariantCulture));
    case ["fuzz", .. var rest]:
        return FuzzRun.Run(rest);
    default:
        Console.Error.WriteLine("""
            Usage: Palimpsest.Benchmarks train-step [1M|7M|29M] [F32|Bf16] [rounds]
                   Palimpsest.Benchmarks preference-step [rounds]
                   Palimpsest.Benchmarks optimizer-step [3M|13M|25M] [rounds] [tokens,...]
                   Palimpsest.Benchmarks unlearn-step [rounds]
                   Palimpsest.Benchmarks scoring [rounds]
                   Palimpsest.Benchmarks attention [rounds]
                   Palimpsest.Benchmarks memory blocks kept|again [steps]
                   Palimpsest.Benchmarks memory loss whole|chunks
                   Palimpsest.Benchmarks plan [SIZE METHOD f32|mixed [again]]
                   Palimpsest.Benchmarks flat-vectors
                   Palimpsest.Benchmarks frames
                   Palimpsest.Benchmarks top-k [entries...]
                   Palimpsest.Benchmarks privacy
                   Palimpsest.Benchmarks decode [F32|Bf16] [rounds] [threads] (PALIMPSEST_DATA names the folder that holds models/)
                   Palimpsest.Benchmarks decode packed [rounds] [threads] [type...] (the same, and against llama.cpp)
                   Palimpsest.Benchmarks load MODEL [F32|Bf16|packed]
                   Palimpsest.Benchmarks embed [rounds] [threads] (PALIMPSEST_DATA; against ONNX Runtime)
                   Palimpsest.Benchmarks tokenize TOKENIZER...
                   Palimpsest.Benchmarks owners [all|operations|step|kernels|workers|memory] [rounds]
                   Palimpsest.Benchmarks federation [rounds]
                   Palimpsest.Benchmarks cascade [rounds]
                   Palimpsest.Benchmarks rollouts [rounds]
                   Palimpsest.Benchmarks rollouts --model MODEL mapped|packed [rounds]
                   Palimpsest.Benchmarks sae [rounds]
                   Palimpsest.Benchmarks federation-audit [clients]
                   Palimpsest.Benchmarks fuzz [count] [seed] [format [first index]]
            """);
        return 2;
}
