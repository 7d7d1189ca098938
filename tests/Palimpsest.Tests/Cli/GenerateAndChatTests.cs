using System.Diagnostics;

namespace Palimpsest.Tests.Cli;

/// <summary>The real commands that make text.</summary>
public sealed class GenerateAndChatTests
{
    private const string Lines = "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}{% if add_generation_prompt %}assistant:{% endif %}";

    [Fact]
    public void Generate_StreamedOrNot_BatchedOrNot_PrintsTheSame()
    {
        using CommandProcess command = new();
        string[] sampled = ["--tokens", "20", "--temperature", "1", "--top-k", "50", "--repetition-penalty", "1.1", "--seed", "3"];
        (int code, string batched, string error) = command.Run(["generate", .. sampled, "The town of", "Once"]);
        Assert.True(code == 0, error);
        (code, string streamed, error) = command.Run(["generate", .. sampled, "--stream", "The town of", "Once"]);
        Assert.True(code == 0, error);
        (_, string alone, _) = command.Run(["generate", .. sampled, "--stream", "The town of"]);
        Assert.Equal(batched, streamed);
        Assert.StartsWith(alone.TrimEnd('\n'), batched, StringComparison.Ordinal);
        Assert.StartsWith("The town of", alone, StringComparison.Ordinal);
    }

    [Fact]
    public void Generate_EveryTypeOfWeights_ContinuesAQuantisedFile()
    {
        using CommandProcess command = new();
        string file = TestContexts.Golden("gguf-q8_0", "model.gguf");
        string Text(params string[] options)
        {
            (int code, string output, string error) = command.Run(["generate", "--model", file, "--tokens", "12", .. options, "The girl"]);
            Assert.True(code == 0, error);
            return output;
        }

        string text = Text();
        Assert.Equal(text, Text("--dtype", "packed", "--copy"));
        Assert.Equal(text, Text("--dtype", "f32"));
        (int code, _, string error) = command.Run("generate", "--model", TestContexts.Golden("bert"), "--dtype", "packed", "The girl");
        Assert.True(code == 2, error);
    }

    [Fact]
    public void Generate_StopText_CutsTheOutput()
    {
        using CommandProcess command = new();
        (_, string whole, _) = command.Run("generate", "--tokens", "30", "The town of");
        string stop = whole.TrimEnd()[^6..];
        (int code, string cut, string error) = command.Run("generate", "--tokens", "30", "--stop", stop, "The town of");
        Assert.True(code == 0, error);
        Assert.Equal(whole[..whole.IndexOf(stop, StringComparison.Ordinal)], cut.TrimEnd('\n'));
    }

    [Fact]
    public void Generate_Interrupted_EndsTheTextAndSaysSoByItsCode()
    {
        using CommandProcess command = new();
        using Process process = command.Start("generate", "--tokens", "100000", "--temperature", "1.5", "--stream", "The town of", "Once", "A", "In", "On", "At", "The", "It");
        Assert.NotEqual(-1, process.StandardOutput.Read()); // the text has begun
        Process.Start("kill", ["-INT", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)])!.WaitForExit();
        (int code, _, string error) = CommandProcess.Wait(process);
        Assert.True(code is 130 or 0, $"{code}: {error}"); // 0 if the text was ready first
        Assert.Empty(error);
    }

    [Fact]
    public void Chat_ThroughAPipe_AnswersEachLine()
    {
        using CommandProcess command = new();
        command.Write("lines.jinja", Lines);
        (int code, string output, string error) = command.Shell("printf 'Who lives here?\\n\\n/reset\\nWho lives here?\\n/exit\\nnever asked\\n' | $command chat --model base-v1 --template lines.jinja --tokens 8");
        Assert.True(code == 0, error);
        string[] parts = output.Split("(The conversation is forgotten.)\n");
        Assert.Equal(2, parts.Length);
        Assert.Equal(parts[0], parts[1]);
        Assert.NotEmpty(parts[0].Trim());
    }

    [Theory]
    [InlineData("has no chat template; it was not trained to chat. Name a template with --template", "chat", "--model", "base-v1")]
    [InlineData("cannot be read", "chat", "--model", "base-v1", "--template", "none.jinja")]
    [InlineData("--min-p from 0 to 1", "generate", "--min-p", "2", "text")]
    public void Command_Mistake_IsOneClearMessage(string expected, params string[] arguments)
    {
        using CommandProcess command = new();
        (int code, string output, string error) = command.Run(arguments);
        Assert.True(code == 2, $"{code}: {output}{error}");
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Help_CallsTheCommandAsPeopleTypeIt()
    {
        using CommandProcess command = new();
        (int code, string output, string error) = command.Run("--help");
        Assert.True(code == 0, error);
        Assert.Contains("palimpsest [command]", output, StringComparison.Ordinal);
        (_, output, _) = command.Run("chat", "--help");
        Assert.Contains("palimpsest chat", output, StringComparison.Ordinal);
        Assert.DoesNotContain("Palimpsest.Cli", output, StringComparison.Ordinal);
        (code, output, _) = command.Run("--version");
        Assert.Equal((0, true), (code, output.StartsWith("0.", StringComparison.Ordinal)));
    }
}
