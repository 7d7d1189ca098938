namespace Palimpsest.Tests.Cli;

/// <summary>The planner as people start it.</summary>
public sealed class PlanCommandTests
{
    [Fact]
    public void Plan_WithoutArguments_PlansTheEmbeddedModel()
    {
        using CommandProcess command = new();
        (int code, string output, string error) = command.Run("plan");
        Assert.True(code == 0, output + error);
        Assert.Contains("base-v1: 1,053,824 parameters", output, StringComparison.Ordinal);
        Assert.Contains("Modelled, not measured: f32, 16 x 256 tokens", output, StringComparison.Ordinal);
        Assert.All(["adamw8bit", "galore-layerwise", "grass"], method => Assert.Contains(method, output, StringComparison.Ordinal));
    }

    [Fact]
    public void Plan_PublishedCase_SaysWhatFitsAndWithWhichRank()
    {
        using CommandProcess command = new();
        (int code, string output, string error) =
            command.Run("plan", "llama-13b", "--type", "bf16", "--batch-size", "1", "--memory", "40GB", "--devices", "8", "--bandwidth", "12GB");
        Assert.True(code == 0, output + error);
        string[] lines = output.Split('\n');
        Assert.Contains(lines, line => line.StartsWith("grass", StringComparison.Ordinal) && line.Contains("26.0 GB", StringComparison.Ordinal)
            && line.Contains("too much", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("galore ", StringComparison.Ordinal) && line.Contains("none", StringComparison.Ordinal));
        Assert.Contains("the largest rank with batches of 1", output, StringComparison.Ordinal);
        Assert.Contains("speed over adamw", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Did you mean llama-130m?", "llama-1330m")]
    [InlineData("smallest matrix of llama-60m", "llama-60m --rank 512")]
    [InlineData("40GiB is 40 x 2^30", "llama-60m --memory 40")]
    [InlineData("Did you mean grass?", "llama-60m --method gras")]
    [InlineData("--devices needs --bandwidth", "llama-60m --devices 8")]
    [InlineData("--bandwidth belongs to --devices", "llama-60m --bandwidth 12GB")]
    [InlineData("longer than the context", "llama-60m --sequence 4096")]
    [InlineData("say the same thing twice", "llama-60m --rank 8 --rank-fraction 0.5")]
    [InlineData("--rank-fraction must lie between 0 and 1", "llama-60m --rank-fraction 2")]
    [InlineData("is no state; there are f32, bf16, 8bit", "llama-60m --state int8")]
    public void Plan_Mistake_IsOneClearMessage(string expected, string line)
    {
        using StringWriter output = new(), error = new();
        Assert.Equal(2, Palimpsest.Cli.CommandLineHost.Run(["plan", .. line.Split(' ')], output, error));
        Assert.Contains(expected, error.ToString(), StringComparison.Ordinal);
        Assert.Empty(output.ToString());
    }
}
