using System.CommandLine;
using System.Globalization;
using Palimpsest.Models;
using Palimpsest.Models.Generation;
using Palimpsest.Models.Sources;
using Palimpsest.Reasoning.Rollouts;
using Palimpsest.Reasoning.Verifiers;
using Palimpsest.Runs.Recipes;
using Palimpsest.Torch;

namespace Palimpsest.Cli.Commands.Reasoning;

/// <summary>What the commands that let a model solve problems have in common: problems, model, verifier, sampling and the store.</summary>
internal sealed class ReasonArguments
{
    private readonly Argument<string> _file = new("file")
    {
        Description =
        "Problems: JSON lines with \"problem\" and \"answer\", or a published set as it is (docs/reasoning.md)."
    };
    private readonly Option<string> _model = new("--model") { Description = "An embedded model, a folder or a file.", Required = true };
    private readonly Option<string> _verifier = VerifierOption("number");
    private readonly Option<int> _samples = new("--samples") { Description = "Solutions of a problem.", DefaultValueFactory = _ => 8 };
    private readonly Option<int> _limit = new("--limit") { Description = "Most problems; 0 for all.", DefaultValueFactory = _ => 0 };
    private readonly Option<int> _skip = new("--skip")
    {
        Description = "Problems left out from the first on, such as those that were learnt.",
        DefaultValueFactory = _ => 0,
    };

    private readonly Option<string> _form = new("--form")
    {
        Description = "The prompt, with {problem} where the problem stands; \\n is a line end.",
        DefaultValueFactory = _ => "Question: {problem}\\nAnswer:",
    };

    private readonly Option<bool> _chat = new("--chat") { Description = "Ask in the model's own form of chats instead." };
    private readonly Option<bool> _skipBad = new("--skip-bad")
    {
        Description =
        "Leave out problems without an answer that can be judged by; they are counted."
    };
    private readonly Option<string?> _store = new("--store")
    {
        Description =
        "File that keeps rollouts, so that a killed command goes on. [default: the output's name and .rollouts]"
    };
    private readonly Option<int> _places = new("--places") { Description = "Rollouts at a time; 0 for as many as are fast.", DefaultValueFactory = _ => 0 };
    private readonly Option<string> _output;
    private readonly SamplingArguments _sampling = new(mostTokens: 256, temperature: 0.8);

    public ReasonArguments(string output) => _output = new("--output") { Description = "File that is written.", DefaultValueFactory = _ => output };

    public void AddTo(Command command)
    {
        command.Arguments.Add(_file);
        foreach (Option option in (Option[])[_model, _verifier, _samples, _skip, _limit, _form, _chat, _skipBad, _store, _places, _output])
        {
            command.Options.Add(option);
        }

        _sampling.AddTo(command);
    }

    public static Option<string> VerifierOption(string? standard) => new("--verifier")
    {
        Description =
            "How solutions are judged: number, marked (####), boxed, exact, fact, \"{ name: regex, pattern: ... }\" or "
            + "\"{ name: program, command: [...], run: true }\".",
        DefaultValueFactory = standard is null ? null : _ => standard,
    };

    /// <summary>A verifier as a recipe writes it.</summary>
    public static IVerifier Verifier(string text) =>
        RecipeReader.Parse<VerifierRecipe>($"verifier: {text}\nschema: 1\nkind: verifier\n", "--verifier", []).Verifier.Create();

    public string Output(ParseResult parsed) => parsed.GetValue(_output)!;

    /// <summary>Samples, and hands the solutions over with whatever sampled them.</summary>
    public int Run(ParseResult parsed, TextWriter output, Func<Solved, CancellationToken, bool> use)
    {
        SamplingOptions sampling = _sampling.Of(parsed);
        int samples = parsed.GetValue(_samples);
        if (samples < 1 || parsed.GetValue(_limit) < 0 || parsed.GetValue(_skip) < 0 || parsed.GetValue(_places) < 0
            || (samples > 1 && sampling.Temperature == 0))
        {
            throw new PalimpsestException(
                "--samples must be at least 1 and --places, --skip and --limit at least 0; and several samples need a --temperature above 0.");
        }

        if (sampling.StopTexts.Count > 0)
        {
            throw new PalimpsestException("--stop has no part in sampling: solutions are cut by tokens. Leave it out; the model's end tokens end a solution.");
        }

        IVerifier verifier = Verifier(parsed.GetValue(_verifier)!);
        IReadOnlyList<Problem> problems = ProblemFile.Read(parsed.GetValue(_file)!, verifier, parsed.GetValue(_skipBad), out int skipped);
        int skip = parsed.GetValue(_skip);
        if (skip >= problems.Count)
        {
            throw new PalimpsestException($"--skip {skip} leaves none of the {problems.Count} problems. Give a smaller number.");
        }

        problems = [.. problems.Skip(skip).Take(parsed.GetValue(_limit) is > 0 and int limit ? limit : int.MaxValue)];
        output.WriteLine(verifier.Description);
        if (skipped > 0)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{skipped:N0} problems were left out: they have no answer that can be judged by."));
        }

        TorchContext torch = CommandTorch.Start(seed: parsed.GetValue(_sampling.Seed));
        using LanguageModel model = LanguageModel.Load(parsed.GetValue(_model)!, torch, LoadMode.Mapped);
        using RolloutStore store = new(parsed.GetValue(_store) ?? Output(parsed) + ".rollouts");
        TextProblems asked = new(model, problems, verifier, parsed.GetValue(_chat) ? null
            : parsed.GetValue(_form)!.Replace("\\n", "\n", StringComparison.Ordinal));
        int capacity = Enumerable.Range(0, asked.Count).Max(i => asked.Prompt(i).Length) + sampling.MaxNewTokens;
        using RolloutEngine engine = new(model.Model, sampling, parsed.GetValue(_sampling.Seed), store, new Terminal.PlainLog(output),
            parsed.GetValue(_places), capacity: capacity);
        using Interruption interruption = new();
        SolutionPool? pool = SolutionPool.Sample(asked, engine, samples, interruption.Token);
        bool done = pool is not null && use(new Solved(model, problems, asked, engine, pool, samples), interruption.Token);
        output.WriteLine(done ? string.Create(CultureInfo.InvariantCulture,
            $"{engine.Sampled:N0} rollouts in {engine.Seconds:F1} s; {engine.Found:N0} more were in the store.")
            : "Stopped. The same command goes on with what is in the store.");
        return done ? 0 : Interruption.ExitCode;
    }

    /// <summary>What was sampled, and what by.</summary>
    internal sealed record Solved(LanguageModel Model, IReadOnlyList<Problem> Problems, TextProblems Asked, RolloutEngine Engine, SolutionPool Pool,
        int Samples);

    internal sealed record VerifierRecipe : Recipe
    {
        public required VerifierOptions Verifier { get; init; }
    }
}
