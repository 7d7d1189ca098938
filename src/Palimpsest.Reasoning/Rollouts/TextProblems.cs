using System.Text.Json.Nodes;
using Palimpsest.Data.Batches;
using Palimpsest.Data.Chats;
using Palimpsest.Models;
using Palimpsest.Models.Generation;
using Palimpsest.Reasoning.Verifiers;

namespace Palimpsest.Reasoning.Rollouts;

/// <summary>Problems in words, for a model with a tokenizer.</summary>
public sealed class TextProblems : IRolloutProblems
{
    /// <summary>What stands for the problem in a form of prompts.</summary>
    public const string Place = "{problem}";

    private readonly LanguageModel _model;
    private readonly IReadOnlyList<Problem> _problems;
    private readonly IVerifier _verifier;
    private readonly string? _form;
    private readonly int[][] _prompts;
    private StepBoundaries? _steps;

    /// <summary>Problems in tokens.</summary>
    /// <param name="model">Its tokenizer.</param>
    /// <param name="problems">The problems.</param>
    /// <param name="verifier">Judges solutions.</param>
    /// <param name="form">A text with <see cref="Place"/> in it; null for the model's own form of a question in a chat.</param>
    /// <exception cref="PalimpsestException">The form does not say where the problem stands.</exception>
    public TextProblems(LanguageModel model, IReadOnlyList<Problem> problems, IVerifier verifier, string? form)
    {
        (_model, _problems, _verifier, _form) = (model, problems, verifier, form);
        if (form is not null && !form.Contains(Place, StringComparison.Ordinal))
        {
            throw new PalimpsestException($"The form of prompts does not say where the problem stands. Put {Place} into it.");
        }

        ExampleEncoder encoder = model.Encoder();
        _prompts = [.. problems.Select(problem => form is null ? encoder.EncodeTurn(new Conversation([new ChatMessage("user", problem.Text)]))
            : model.Tokenizer.EncodePrompt(form.Replace(Place, problem.Text, StringComparison.Ordinal)))];
    }

    /// <summary>The problem itself.</summary>
    /// <param name="problem">Its number.</param>
    public string Question(int problem) => _problems[problem].Text;

    /// <summary>The text that a problem is asked with; null where it is a message of a chat.</summary>
    /// <param name="problem">Its number.</param>
    public string? PromptText(int problem) => _form?.Replace(Place, _problems[problem].Text, StringComparison.Ordinal);

    /// <inheritdoc/>
    public int Count => _problems.Count;

    /// <inheritdoc/>
    public StepBoundaries Steps => _steps ??= StepBoundaries.Of(_model.Tokenizer);

    /// <inheritdoc/>
    public int[] Prompt(int problem) => _prompts[problem];

    /// <inheritdoc/>
    public Judgement Judge(int problem, int[] solution, CompletionEnd end) => _verifier.Judge(_problems[problem], Text(solution));

    /// <inheritdoc/>
    public string Text(ReadOnlySpan<int> ids) => _model.Tokenizer.Decode(ids.ToArray());

    /// <summary>The text that tokens add to others before them: the text of all less that of the beginning, for tokens alone lose the space before their first
    /// word.</summary>
    /// <param name="head">The beginning.</param>
    /// <param name="whole">The beginning with what follows.</param>
    public string Behind(int[] head, int[] whole)
    {
        ArgumentNullException.ThrowIfNull(head);
        ArgumentNullException.ThrowIfNull(whole);
        (string start, string all) = (Text(head), Text(whole));
        return all.StartsWith(start, StringComparison.Ordinal) ? all[start.Length..] : Text(whole.AsSpan(head.Length));
    }

    /// <summary>A message of a chat, as fine-tunings read it.</summary>
    internal static JsonObject Message(string role, string content) => new() { ["role"] = role, ["content"] = content };
}
