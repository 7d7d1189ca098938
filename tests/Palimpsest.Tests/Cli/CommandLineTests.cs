using System.CommandLine;
using Palimpsest.Cli;

namespace Palimpsest.Tests.Cli;

/// <summary>What a command line may say: every option of every command, read strictly, and nothing taken for what it is not.</summary>
public sealed class CommandLineTests
{
    private static readonly Option<bool> s_verbose = new("--verbose") { Recursive = true };

    public static IEnumerable<TheoryDataRow<string, string>> NumericOptions() =>
        from pair in All(CommandLineHost.Commands(TextWriter.Null, s_verbose), "")
        from option in pair.Command.Options
        where (Nullable.GetUnderlyingType(option.ValueType) ?? option.ValueType) is { IsPrimitive: true } type && type != typeof(bool)
        select new TheoryDataRow<string, string>(pair.Path, option.Name);

    [Theory]
    [MemberData(nameof(NumericOptions))]
    public void NumericOption_WhatIsNoCertainNumber_IsRefusedByName(string command, string option)
    {
        foreach (string value in (string[])["0,001", "1,6", "1,000", "1 000", "1_000", "010", "0x10", "1e400", "NaN", "٣", " 5", ""])
        {
            (int code, string output, string error) = Run([.. command.Split(' '), option, value]);
            Assert.True(code == 2, $"{value}: {code}: {output}{error}");
            Assert.Contains($"{option}: \"{value}\" is not a ", error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void NumericOptions_AllAreFound() => Assert.True(NumericOptions().Count() >= 25);

    [Theory]
    [InlineData("finetune --learning-rate 0,001", "--learning-rate: \"0,001\" is not a number that can be taken here; write 0.001.")]
    [InlineData("owners init --alpha 1,6", "write 1.6.")]
    [InlineData("finetune --steps 3e9", "it must be a whole number from -2147483648 to 2147483647.")]
    [InlineData("owners init --too-long 1", "--too-long: \"1\" is none of error, truncate, skip.")]
    [InlineData("owners init --divisor mask", "Did you mean masks?")]
    [InlineData("generate --max-tokens 5 Once",
        "--max-tokens is no option of palimpsest generate. Did you mean --tokens? A text that begins with a dash goes after a lone --.")]
    [InlineData("generate --max-tokens=5 Once", "--max-tokens is no option of palimpsest generate.")]
    [InlineData("generate -x", "-x is no option of palimpsest generate.")]
    [InlineData("embed --model m --similar a b", "Did you mean --similarity?")]
    [InlineData("parity --al folder", "Did you mean --all?")]
    [InlineData("run recipe.yaml --steps 5", "--steps is no option of palimpsest run.")]
    [InlineData("owners add --worl 3", "--worl is no option of palimpsest owners add. Did you mean --world?")]
    [InlineData("owners forget ada --adit", "Did you mean --audit?")]
    [InlineData("inspect --al", "Did you mean --all?")]
    [InlineData("finetune --stepz 3", "--stepz is no option of palimpsest finetune. Did you mean --steps?")]
    [InlineData("finetune 3", "\"3\" stands alone: palimpsest finetune takes options only.")]
    [InlineData("convert a b c", "\"c\" stands alone: palimpsest convert takes no further argument.")]
    [InlineData("generat --help", "\"generat\" is no command of palimpsest. Did you mean generate? The commands are listed by: palimpsest --help")]
    [InlineData("owners ad --help", "\"ad\" is no command of palimpsest owners. Did you mean add?")]
    [InlineData("--verion", "Did you mean --version?")]
    public void Run_Mistake_IsShortAndNamesTheWayOut(string line, string expected)
    {
        (int code, string output, string error) = Run(line.Split(' '));
        Assert.True(code == 2, $"{code}: {output}{error}");
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.Empty(output);
        Assert.InRange(error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length, 1, 3);
    }

    [Fact]
    public void Generate_AfterALoneDash_TakesAnyTextAndAnAtSignIsOne()
    {
        (int code, string output, string error) = Run("generate", "--tokens", "1", "--stream", "false", "--", "--max-tokens", "@home");
        Assert.True(code == 0, error);
        Assert.StartsWith("--max-tokens", output, StringComparison.Ordinal);
        Assert.Contains("@home", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Help_OfACommand_IsStillWhole()
    {
        (int code, string output, string error) = Run("generate", "--help");
        Assert.Equal((0, ""), (code, error));
        Assert.Contains("--repetition-penalty", output, StringComparison.Ordinal);
    }

    private static IEnumerable<(Command Command, string Path)> All(Command command, string path) =>
        command.Subcommands.SelectMany(below => All(below, $"{path} {below.Name}".Trim())).Append((command, path));

    private static (int Code, string Output, string Error) Run(params string[] arguments)
    {
        using StringWriter output = new(), error = new();
        int code = CommandLineHost.Run(arguments, output, error);
        return (code, output.ToString(), error.ToString());
    }
}
