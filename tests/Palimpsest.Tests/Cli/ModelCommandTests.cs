using System.Diagnostics;

namespace Palimpsest.Tests.Cli;

/// <summary>The commands about models: inspect, convert, embed, and generation from a file.</summary>
public sealed class ModelCommandTests
{
    [Fact]
    public void Inspect_GgufAndEmbedded_SaysWhatTheyAre()
    {
        using CommandProcess command = new();
        (int code, string output, string error) = command.Run("inspect", TestContexts.Golden("gguf-tied", "model.gguf"), "--all");
        Assert.True(code == 0, error);
        Assert.Contains("GGUF file, version 3, llama", output, StringComparison.Ordinal);
        Assert.Contains("lm_head.weight is model.embed_tokens.weight", output, StringComparison.Ordinal);
        Assert.Contains("blk.2.ffn_down.weight", output, StringComparison.Ordinal);
        (code, output, error) = command.Run("inspect");
        Assert.True(code == 0, error);
        Assert.Contains("1,053,824", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Convert_ThenGenerate_ContinuesAsTheFileDoes()
    {
        using CommandProcess command = new();
        string file = TestContexts.Golden("gguf-q8_0", "model.gguf");
        (int code, _, string error) = command.Run("convert", file, "converted");
        Assert.True(code == 0, error);
        (_, string original, _) = command.Run("generate", "--model", file, "--tokens", "8", "the girl");
        (code, string converted, error) = command.Run("generate", "--model", "converted", "--tokens", "8", "the girl");
        Assert.True(code == 0, error);
        Assert.Equal(original, converted);
        Assert.Contains("the girl", converted, StringComparison.Ordinal);
    }

    [Fact]
    public void Convert_Killed_LeavesNoFolderUnderTheName()
    {
        using CommandProcess command = new();
        for (int milliseconds = 150; milliseconds <= 600; milliseconds += 150)
        {
            using Process process = command.Start("convert", TestContexts.Golden("gguf-q8_0", "model.gguf"), $"made{milliseconds}");
            Thread.Sleep(milliseconds);
            process.Kill();
            process.WaitForExit();
            string folder = Path.Combine(command.Folder, $"made{milliseconds}");
            Assert.True(!Directory.Exists(folder) || File.Exists(Path.Combine(folder, "tokenizer.json")), $"half a folder after {milliseconds} ms");
        }
    }

    [Theory]
    [InlineData("no such folder or file", "convert", "no-such.gguf", "out")]
    [InlineData("there is no such folder or file", "inspect", "no-such")]
    [InlineData("A sentence encoder is a folder with modules.json", "embed", "--model", ".", "text")]
    [InlineData("is neither a GGUF file nor a llama2.c file", "generate", "--model", "data.jsonl", "text")]
    [InlineData("no such folder or file", "parity", "no-such")]
    public void Command_Mistake_IsOneClearMessage(string expected, params string[] arguments)
    {
        using CommandProcess command = new();
        command.Write("data.jsonl", "{}");
        (int code, string output, string error) = command.Run(arguments);
        Assert.True(code == 2, $"{code}: {output}{error}");
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }
}
