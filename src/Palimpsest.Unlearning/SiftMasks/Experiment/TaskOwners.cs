using System.Globalization;
using Palimpsest.Data;
using Palimpsest.Data.Worlds;
using Palimpsest.Evaluation;
using Palimpsest.Numerics;

namespace Palimpsest.Unlearning.SiftMasks.Experiment;

/// <summary>Makes or reads the owners of an experiment. Each owner depends on the seed and its own number only, so that fewer owners are the first of more.</summary>
internal static class TaskOwners
{
    private static readonly string[] s_labels = ["red", "blue", "green", "white", "black", "grey", "yellow", "brown", "silver", "gold", "orange", "purple"];
    private static readonly string[] s_moods = ["good", "bad"];
    private static readonly string[] s_onsets = ["b", "br", "d", "dr", "f", "g", "gr", "k", "l", "m", "n", "p", "r", "s", "st", "t", "tr", "v"];
    private static readonly string[] s_codas = ["l", "n", "r", "s", "t", "m", "ck", "sh"];

    /// <summary>The first owners of a setting.</summary>
    public static IReadOnlyList<TaskOwner> Of(SiftDataSection data, int count, long seed) => data.Setting switch
    {
        SiftSetting.Facts => [.. Enumerable.Range(0, count).Select(i => Facts(data, i, seed))],
        SiftSetting.File => FromFile(data, count, seed),
        _ => Rules(data, count, seed),
    };

    private static TaskOwner Facts(SiftDataSection data, int index, long seed)
    {
        // Seeds take owners that are far from each other.
        Owner owner = World.V1.Owner((int)(((seed * 1201) + index) % World.OwnerCount));
        ChoiceQuestion[] questions = [.. owner.Facts.Take(data.Items).Select(fact => fact.TrainingQuestions[0])];
        return new TaskOwner(
            [.. owner.Facts.Take(data.Items).SelectMany(fact => fact.TrainingQuestions.Take(2)).Select(question => new TextExample(question.Prompt, " " + question.Answer))],
            [.. questions.Select(question => new ChoiceItem(question.Prompt, question.Completions(), 0))]);
    }

    private static TaskOwner[] Rules(SiftDataSection data, int count, long seed)
    {
        RandomStream random = new(seed, "sift", "rules");
        int labels = data.Setting == SiftSetting.Sentiment ? 2 : Math.Min(data.Labels, s_labels.Length);
        string[] words = Words(data.Words, random.Child("words"));
        RandomStream rule = random.Child("rule");
        int[] labelOf = [.. words.Select((_, i) => i % labels)];
        rule.Shuffle<int>(labelOf);
        return [.. Enumerable.Range(0, count).Select(Owner)];

        TaskOwner Owner(int index)
        {
            RandomStream own = random.Child("owner", index.ToString(CultureInfo.InvariantCulture));
            int[] order = [.. Enumerable.Range(0, words.Length)], permutation = [.. Enumerable.Range(0, labels)];
            own.Shuffle<int>(order);
            if (data.Setting == SiftSetting.Conflicting)
            {
                own.Shuffle<int>(permutation);
            }
            else if (data.Setting == SiftSetting.Sentiment && own.NextDouble() < data.Turned)
            {
                Array.Reverse(permutation);
            }

            bool mood = data.Setting == SiftSetting.Sentiment;
            string learntForm = mood ? "Question: How do you like {0}?\nAnswer:" : "Question: What is the colour of {0}?\nAnswer:";
            string askedForm = mood ? "Question: What do you think of {0}?\nAnswer:" : learntForm;
            string[] choices = [.. (mood ? s_moods : s_labels[..labels]).Select(label => $" {label}.")];
            ChoiceItem Ask(int word, string form) => new(string.Format(CultureInfo.InvariantCulture, form, words[word]), choices, permutation[labelOf[word]]);

            // Where owners share a rule, what others may have learnt is asked; where they disagree, what was learnt, of sentiment in other words.
            int[] learnt = [.. order.Take(data.Items)];
            int[] asked = data.Setting == SiftSetting.Shared ? [.. order.Skip(data.Items).Take(data.Items)] : learnt;
            return new TaskOwner([.. learnt.Select(word => Ask(word, learntForm)).Select(item => new TextExample(item.Prompt, item.Choices[item.Answer]))], [.. asked.Select(word => Ask(word, askedForm))]);
        }
    }

    private static string[] Words(int count, RandomStream random)
    {
        HashSet<string> words = new(StringComparer.Ordinal);
        while (words.Count < count)
        {
            words.Add($"{random.Pick(s_onsets)}{random.Pick<string>(["a", "e", "i", "o", "u"])}{random.Pick(s_codas)}{random.Pick<string>(["a", "e", "i", "o"])}{random.Pick(s_codas)}");
        }

        return [.. words];
    }

    private static TaskOwner[] FromFile(SiftDataSection data, int count, long seed)
    {
        IEnumerable<TextExample> rows = new[] { data.File! }.Concat(data.MoreFiles).SelectMany(file => data.Columns.Open(file, skipBad: false).From(0)).Select(item => item.Example);
        IEnumerable<TextExample[]> groups = data.RowsPerOwner > 0
            ? rows.Chunk(data.RowsPerOwner)
            : rows.Where(example => example.Owner is not null).GroupBy(example => example.Owner!, StringComparer.Ordinal).Select(group => group.ToArray());
        groups = groups.Where(group => data.TrainExamples == 0 || group.Length > data.TrainExamples);
        groups = data.LargestOwners ? groups.OrderByDescending(group => group.Length) : groups;
        TextExample[][] owners = [.. groups.Skip(data.SkipOwners).Take(count)];
        if (owners.Length < count)
        {
            throw new PalimpsestException($"{data.File}: holds {owners.Length} owners{(data.TrainExamples > 0 ? $" of more than {data.TrainExamples} rows" : "")} after the first {data.SkipOwners}, but {count} are asked for. Lower method.sizes or train_examples, or check rows_per_owner and the owner column.");
        }

        string[] labels = [.. owners.SelectMany(owner => owner).Select(example => example.Completion).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        bool few = labels.Length <= s_labels.Length;
        if (data.PermuteLabels && !few)
        {
            throw new PalimpsestException($"{data.File}: permute_labels is for data with few different completions; there are {labels.Length}.");
        }

        return [.. owners.Select(One)];

        TaskOwner One(TextExample[] examples, int index)
        {
            string[] own = [.. labels];
            if (data.PermuteLabels)
            {
                new RandomStream(seed, "sift", "permute", index.ToString(CultureInfo.InvariantCulture)).Shuffle<string>(own);
            }

            TextExample Of(TextExample example) => few ? example with { Completion = own[Array.IndexOf(labels, example.Completion)] } : example;
            ChoiceItem Ask(TextExample example) => few && labels.Length > 1
                ? new ChoiceItem(example.Prompt, labels, Array.IndexOf(labels, example.Completion))
                : new ChoiceItem(example.Prompt, [example.Completion], 0);
            TextExample[] all = [.. examples.Select(Of)];
            int learnt = data.TrainExamples;
            return learnt == 0 ? new TaskOwner(all, [.. all.Select(Ask)]) : new TaskOwner(all[..learnt], [.. all.Skip(learnt).Take(learnt).Select(Ask)]);
        }
    }
}
