using System.CommandLine;
using Palimpsest.Interpretability.Experiment;

namespace Palimpsest.Cli.Commands.Sae;

/// <summary><c>palimpsest sae shift</c></summary>
internal static class SaeShiftCommand
{
    public static Command Create(TextWriter output) => JobCommand.Create<ShiftRecipe>(
        "shift",
        """
        Takes a spurious signal out of a classifier by switching latents off: professions from biographies of the embedded world that go with a gender.

        Example: palimpsest sae shift --test 2000
        """,
        new JobOptions()
            .Add<string>("--model", "model.name", "An embedded model, a folder or a file. [default: base-v1]")
            .Add<string>("--probe-hook", "method.probe_hook", "What the classifier reads. [default: blocks.2.hook_resid_post]")
            .Add<int>("--candidates", "method.candidates", "Latents of the largest effects that are looked at. [default: 100]")
            .Add<double>("--margin", "method.margin", "By how much a latent must tell the gender better than the profession. [default: 0.2]")
            .AddYaml("--by-hand", "method.by_hand", "Latents chosen by a person: \"{ hook_embed: [3, 17] }\". [default: a rule chooses]")
            .Add<int>("--test", "data.test", "Balanced biographies to measure on. [default: 1000]")
            .AddMachine(),
        output);
}
