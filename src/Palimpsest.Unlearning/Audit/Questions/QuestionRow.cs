using System.Globalization;
using System.Text.Json;
using Palimpsest.Data;
using Palimpsest.Data.Files;
using Palimpsest.Data.Preferences;

namespace Palimpsest.Unlearning.Audit.Questions;

/// <summary>Makes a question of the values of a row, under the names that TOFU, MMLU, AQuA and plain lists of questions use.</summary>
/// <param name="form">How questions are put; a <c>prompt</c> in its words is taken back to the bare question.</param>
internal sealed class QuestionRow(QuestionForm form) : IAnswerReader
{
    private static readonly string[] s_questions = ["question", "prompt"], s_answers = ["answer", "correct", "completion"];
    private static readonly string[] s_choices = ["choices", "options"], s_wrong = ["perturbed_answer", "wrong"];
    private static readonly string[] s_rephrased = ["paraphrased_question", "rephrased"], s_subjects = ["subject", "author"];
    private const string RephrasedAnswer = "paraphrased_answer", Keyword = "keyword";

    /// <inheritdoc/>
    public IEnumerable<string> Required => [];

    /// <summary>The question of the row that was read last.</summary>
    public AuditQuestion? Last { get; private set; }

    /// <inheritdoc/>
    public bool Uses(string name) => name is RephrasedAnswer or Keyword || new[] { s_questions, s_answers, s_choices, s_wrong, s_rephrased, s_subjects }
        .Any(names => names.Contains(name, StringComparer.Ordinal));

    /// <inheritdoc/>
    public bool TryMake(Func<string, RowCell> cell, out TextExample example, out string problem)
    {
        (example, Last, problem) = (default, null, "");
        (string question, string answer, string choices, string wrong) = (There(s_questions), There(s_answers), There(s_choices), There(s_wrong));
        string rephrased = There(s_rephrased), subject = There(s_subjects);
        if (!cell(question).IsThere || !cell(answer).IsThere)
        {
            problem = cell(question).IsThere ? $"no \"answer\" (nor {Names(s_answers[1..])}). Write the true answer, or the index or letter of the right choice"
                : $"no \"question\" (nor {Names(s_questions[1..])}). Write what is asked";
            return false;
        }

        List<string> options = [], others = [], again = [];
        if (!TryText(cell, question, out string asked, out problem) || !TryTexts(cell, choices, options, out problem)
            || !TryTexts(cell, wrong, others, out problem) || !TryTexts(cell, rephrased, again, out problem)
            || !TryAnswer(cell, answer, choices, options, out string truth, out problem)
            || !cell(RephrasedAnswer).TryText(RephrasedAnswer, out string? otherwise, out problem)
            || !cell(Keyword).TryText(Keyword, out string? key, out problem, orNumber: true)
            || !cell(subject).TryText(subject, out string? about, out problem, orNumber: true) || !TryBare(question, asked, out asked, out problem))
        {
            return false;
        }

        problem = others.Contains(truth, StringComparer.Ordinal) ? $"\"{wrong}\" holds the true answer \"{truth}\". Leave it out there"
            : !string.IsNullOrWhiteSpace(key) && !truth.Contains(key.Trim(), StringComparison.Ordinal)
                ? $"\"{Keyword}\" is \"{key.Trim()}\", which is not in the answer \"{truth}\". Write a part of the answer, letter for letter"
            : options.Count > 0 && options.All(option => option == truth) ? $"\"{choices}\" has no wrong one. Add some, or leave the key out" : "";
        others.AddRange(options.Where(option => option != truth).Distinct(StringComparer.Ordinal));
        Last = problem.Length > 0 ? null : new AuditQuestion(asked, truth)
        {
            Keyword = string.IsNullOrWhiteSpace(key) ? null : key.Trim(),
            Wrong = others,
            Rephrased = again,
            RephrasedAnswer = otherwise,
            Subject = string.IsNullOrWhiteSpace(about) ? null : about.Trim(),
        };
        example = problem.Length > 0 ? default : new TextExample(asked, " " + truth);
        return problem.Length == 0;

        string There(string[] names) => names.FirstOrDefault(name => cell(name).HoldsSomething, names[0]);
    }

    private static string Names(IEnumerable<string> names) => string.Join(", ", names.Select(name => $"\"{name}\""));

    private static bool TryText(Func<string, RowCell> cell, string name, out string text, out string problem)
    {
        bool read = cell(name).TryText(name, out string? value, out problem, orNumber: true);
        text = value?.Trim() ?? "";
        problem = read && text.Length == 0 ? $"\"{name}\" is empty. Fill it" : problem;
        return problem.Length == 0;
    }

    private static bool TryTexts(Func<string, RowCell> cell, string name, List<string> texts, out string problem)
    {
        problem = "";
        if (!cell(name).IsThere || cell(name).Text?.Length == 0)
        {
            return true; // tables of text have no other way to leave a value out
        }

        if (!cell(name).TryList(name, out JsonElement list, out problem))
        {
            return false;
        }

        // A single text stands for a list of one: TOFU has one paraphrase a question.
        IEnumerable<RowCell> items = list.ValueKind == JsonValueKind.Array ? list.EnumerateArray().Select(RowCell.Of) : [cell(name)];
        foreach (RowCell item in items)
        {
            if (!item.IsThere || !item.TryText(name, out string? text, out problem, orNumber: true) || string.IsNullOrWhiteSpace(text))
            {
                problem = problem.Length > 0 ? problem : $"\"{name}\" holds an empty text. Fill it, or leave it out";
                return false;
            }

            texts.Add(text.Trim());
        }

        problem = texts.Count == 0 ? $"\"{name}\" is an empty list: a choice needs options. Fill it, or leave the key out" : "";
        return problem.Length == 0;
    }

    // The right choice by its text, its letter, or its index from 0 as MMLU has it.
    private static bool TryAnswer(Func<string, RowCell> cell, string name, string choices, List<string> options, out string truth, out string problem)
    {
        if (!TryText(cell, name, out truth, out problem))
        {
            return false;
        }

        if (options.Count == 0)
        {
            problem = name == "correct" ? "\"correct\" without \"options\": there is nothing to choose from. Add them, or write the answer under "
                + "\"answer\"" : "";
            return problem.Length == 0;
        }

        // AQuA writes the letters into the options, in a row even twice.
        while (options.Index().All(option => option.Item.Length > 2 && option.Item[0] == 'A' + option.Index && option.Item[1] is ')' or '.' or ':'))
        {
            for (int i = 0; i < options.Count; i++)
            {
                options[i] = options[i][2..].Trim();
            }
        }

        bool isNumber = cell(name).Text is null;
        int index = isNumber ? -1 : options.IndexOf(truth);
        index = index >= 0 ? index : int.TryParse(truth, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number
            : truth.Length == 1 ? char.ToUpperInvariant(truth[0]) - 'A' : -1;
        if (index < 0 || index >= options.Count)
        {
            problem = $"\"{name}\" is \"{truth}\", which is none of the {options.Count} \"{choices}\". Write one of them, its letter from A, or its "
                + "index from 0";
            return false;
        }

        truth = options[index];
        return true;
    }

    private bool TryBare(string name, string asked, out string bare, out string problem)
    {
        (bare, problem) = (asked, "");
        if (name != "prompt")
        {
            return true;
        }

        string[] around = form.Around;
        if (asked.Length > around[0].Length + around[1].Length && asked.StartsWith(around[0], StringComparison.Ordinal)
            && asked.EndsWith(around[1], StringComparison.Ordinal))
        {
            bare = asked[around[0].Length..^around[1].Length];
            return true;
        }

        problem = $"\"prompt\" is not in the form \"{form.Template.ReplaceLineEndings("\\n")}\". Take a form with this file's words, {{question}} alone if "
            + "there are none, or write the bare question under \"question\"";
        return false;
    }
}
