using System.CommandLine;
using System.Globalization;
using Palimpsest.Data.Batches;
using Palimpsest.Unlearning.SiftMasks;
using Palimpsest.Unlearning.SiftMasks.Store;

namespace Palimpsest.Cli.Commands.Owners;

/// <summary><c>palimpsest owners init [STORE]</c></summary>
internal static class OwnersInitCommand
{
    public static Command Create(TextWriter output)
    {
        OwnerTuning defaults = new();
        Argument<string> store = new("store") { Description = "Folder of the new store.", DefaultValueFactory = _ => "owners" };
        Option<string> model = new("--model") { Description = "Base model: base-v1, a folder or a file.", DefaultValueFactory = _ => "base-v1" };
        Option<int> steps = new("--steps") { Description = "Steps that every owner is tuned.", DefaultValueFactory = _ => defaults.Steps };
        Option<double> rate = new("--learning-rate") { Description = "Learning rate of every owner; about 2e-3 for a million parameters, 1e-4 for a hundred million and more.", DefaultValueFactory = _ => defaults.LearningRate };
        Option<int> batch = new("--batch-size") { Description = "Examples of a step.", DefaultValueFactory = _ => defaults.BatchSize };
        Option<TooLongPolicy> tooLong = new("--too-long") { Description = "What happens to examples longer than the model's context: error, truncate or skip.", DefaultValueFactory = _ => defaults.TooLong };
        Option<double> alpha = new("--alpha") { Description = "Factor of served vectors: 1 is the published rule; 1.6 to 2 can serve small models better.", DefaultValueFactory = _ => 1.0 };
        Option<SiftDivisor> divisor = new("--divisor") { Description = "What the sum is divided by when an owner is served: owners, the published rule, or masks, in each entry the number of owners who use it, which serves better where masks help.", DefaultValueFactory = _ => SiftDivisor.Owners };
        Option<long?> seed = new("--seed") { Description = "Seed of the signs; random by default." };
        Command command = new(
            "init",
            """
            Makes an empty store. Model and settings hold for all owners and cannot be changed later.

            Example: palimpsest owners init clinics --model base-v1
            """)
        {
            store, model, steps, rate, batch, tooLong, alpha, divisor, seed,
        };
        command.SetAction(parsed =>
        {
            OwnerTuning tuning = defaults with { Steps = parsed.GetValue(steps), LearningRate = parsed.GetValue(rate), BatchSize = parsed.GetValue(batch), TooLong = parsed.GetValue(tooLong) };
            using OwnerStore made = OwnerStore.Create(parsed.GetValue(store)!, parsed.GetValue(model)!, tuning, parsed.GetValue(alpha), parsed.GetValue(seed), parsed.GetValue(divisor));
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{parsed.GetValue(store)}: empty store on {made.Settings.Model}, {made.Settings.Count:N0} trainable parameters (embeddings and output matrix are frozen)."));
            return 0;
        });
        return command;
    }
}
