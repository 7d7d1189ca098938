using Palimpsest.Cli;
using Palimpsest.Interpretability.SparseAutoencoders;
using Palimpsest.Interpretability.SparseAutoencoders.Formats;

namespace Palimpsest.Tests.Cli;

/// <summary><c>palimpsest sae</c> from training to ablation, and what is refused.</summary>
public sealed class SaeCommandTests
{
    [Fact]
    public void Sae_TrainEvaluateFeaturesAblate_GoTogether()
    {
        using TemporaryFolder folder = new();
        string runs = Path.Combine(folder.Path, "runs");
        (int code, string output) = Run("sae", "train", "--documents", "60", "--steps", "30", "--batch-size", "128", "--expansion", "1",
            "--architecture", "{ name: topk, k: 8 }", "--set", "data.test=10", "--runs", runs);
        Assert.Equal(0, code);
        Assert.Contains("variance explained", output, StringComparison.Ordinal);
        string sae = Path.Combine(Directory.GetDirectories(runs).Single(), "artifacts", "saes", "sae");
        using (SparseAutoencoder made = SaeFolder.Load(sae))
        {
            Assert.Equal(("topk", 128, "blocks.1.hook_resid_post"), (made.Config.Architecture, made.Config.DSae, made.Config.HookName));
        }

        (code, output) = Run("sae", "evaluate", sae, "--documents", "5");
        Assert.Equal(0, code);
        Assert.Contains("8.0 active a token", output, StringComparison.Ordinal);

        string page = Path.Combine(folder.Path, "latents.html"), json = Path.Combine(folder.Path, "latents.json");
        (code, output) = Run("sae", "features", sae, "--documents", "5", "--output", page, "--neuronpedia", json);
        Assert.Equal(0, code);
        Assert.Contains("128 latents", output, StringComparison.Ordinal);
        Assert.DoesNotContain("http", File.ReadAllText(page), StringComparison.Ordinal);
        Assert.Contains("\"maxActApprox\"", File.ReadAllText(json), StringComparison.Ordinal);

        (code, output) = Run("sae", "ablate", sae, "--latents", "1,2", "--documents", "3");
        Assert.Equal(0, code);
        Assert.Contains("nats a token", output, StringComparison.Ordinal);

        (code, string error) = Run("sae", "ablate", sae, "--latents", "999", "--documents", "3");
        Assert.Equal((2, true), (code, error.Contains("no latent 999", StringComparison.Ordinal)));
        (code, error) = Run("sae", "ablate", sae, "--latents", "", "--documents", "3");
        Assert.Equal((2, true), (code, error.Contains("is no number of a latent", StringComparison.Ordinal)));
        (code, error) = Run("sae", "features", sae, "--examples", "0");
        Assert.Equal((2, true), (code, error.Contains("--examples must be at least 1", StringComparison.Ordinal)));
        (code, output) = Run("sae", "evaluate", sae, "--hook", "blocks.0.hook_resid_post", "--documents", "3", "--probe", "world");
        Assert.Equal((0, true, true), (code, output.Contains("Made for blocks.1.hook_resid_post", StringComparison.Ordinal),
            output.Contains("SCR, gender taken out of profession", StringComparison.Ordinal)));
        (code, error) = Run("sae", "evaluate", sae, "--explainer", "base-v1");
        Assert.Equal((2, true), (code, error.Contains("belong together", StringComparison.Ordinal)));
        (code, error) = Run("sae", "evaluate", sae, "--hook", "blocks.1.mlp.hook_post", "--documents", "3");
        Assert.Equal((2, true), (code, error.Contains("was made for 128", StringComparison.Ordinal)));
    }

    private static (int Code, string Said) Run(params string[] arguments)
    {
        using StringWriter said = new();
        int code = CommandLineHost.Run(arguments, said, said);
        return (code, said.ToString());
    }
}
