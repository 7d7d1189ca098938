using System.Text;
using Palimpsest.Numerics;

namespace Palimpsest.Data.Worlds;

/// <summary>Writes one biography. What is drawn never depends on the labels: the same stream gives the same sentences with other words in their slots.</summary>
internal sealed class BiographyWriter
{
    private readonly string _name;
    private readonly ProfessionWords _words;
    private readonly Gender _gender;
    private readonly RandomStream _random;
    private readonly Dictionary<string, Queue<int>> _orders;
    private bool _sureCue;

    private BiographyWriter(string name, ProfessionWords words, Gender gender, RandomStream random)
    {
        (_name, _words, _gender, _random) = (name, words, gender, random);
        _orders = new(StringComparer.Ordinal) { ["place"] = Order(3), ["tools"] = Order(4), ["task"] = Order(5), ["people"] = Order(3) };
    }

    public static string Tell(string name, ProfessionWords words, Gender gender, RandomStream random) => new BiographyWriter(name, words, gender, random).Tell();

    private string Tell()
    {
        string work = _random.Pick(BiographyText.Work), life = _random.Pick(BiographyText.Life);
        string[] more = [.. BiographyText.Work.Concat(BiographyText.Life).Concat(BiographyText.Neutral).Where(sentence => sentence != work && sentence != life)];
        _random.Shuffle(more.AsSpan());
        string[] body = [work, life, .. more.Take(_random.NextInt(4))];
        _random.Shuffle(body.AsSpan());
        StringBuilder text = new();
        Slots.Append(text, _random.Pick(BiographyText.Openings), Value);
        foreach (string sentence in body)
        {
            _sureCue = sentence == work;
            Slots.Append(text, sentence, Value);
        }

        return text.ToString();
    }

    private string Value(string slot) => slot switch
    {
        "N" => _name,
        "T" => _random.Pick(Values.Towns),
        "R" => _random.Pick(Values.Rivers),
        "I" => _random.Pick(Values.Instruments),
        "A" => Words.WithArticle(_random.Pick(Values.Pets)),
        "Y" => _random.Pick(StoryText.Seasons),
        "n" => _random.Pick(StoryText.Numbers),
        "place" or "tools" or "task" or "people" => OfProfession(slot),
        _ => OfGender(slot),
    };

    // Three in four are the profession's own words, and at least one in every biography is.
    private string OfProfession(string slot)
    {
        bool own = _random.NextInt(4) > 0 | _sureCue;
        _sureCue = false;
        ProfessionWords from = own ? _words : ProfessionWords.Common;
        string[] list = slot switch { "place" => from.Places, "tools" => from.Tools, "task" => from.Tasks, _ => from.People };
        Queue<int> order = _orders[slot];
        int next = order.Dequeue();
        order.Enqueue(next);
        return list[next];
    }

    private string OfGender(string slot)
    {
        if (BiographyText.Direct.TryGetValue(slot, out (string Woman, string Man) direct))
        {
            return _gender == Gender.Woman ? direct.Woman : direct.Man;
        }

        (string[] woman, string[] man) = BiographyText.Indirect[slot];
        return (_gender == Gender.Woman ? woman : man)[_random.NextInt(woman.Length)];
    }

    private Queue<int> Order(int count)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        _random.Shuffle(order.AsSpan());
        return new(order);
    }
}
