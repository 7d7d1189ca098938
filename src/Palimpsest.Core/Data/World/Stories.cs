using System.Text;
using Palimpsest.Numerics;

namespace Palimpsest.Data.Worlds;

/// <summary>Small stories and descriptions from templates: general English without any fact to learn.</summary>
internal static class Stories
{
    public static string Tell(NameSpaces names, RandomStream random, bool heldOut)
    {
        Entity hero = names.Fresh(EntityKind.Person, random, heldOut);
        Entity friend = names.Fresh(EntityKind.Person, random, heldOut);
        string thing = random.Pick(StoryText.Things);
        string animal = random.Pick(StoryText.Animals);
        (string town, string other) = TwoTowns(random);
        Dictionary<string, string> slots = new(StringComparer.Ordinal)
        {
            ["N"] = hero.Name,
            ["F"] = First(hero),
            ["M"] = friend.Name,
            ["E"] = First(friend),
            ["he"] = hero.Pronoun,
            ["his"] = hero.PossessivePronoun,
            ["him"] = hero.ObjectPronoun,
            ["T"] = town,
            ["U"] = other,
            ["J"] = Words.WithArticle(random.Pick(Values.Professions)),
            ["G"] = Words.WithArticle(thing),
            ["g"] = thing,
            ["A"] = Words.WithArticle(animal),
            ["D"] = random.Pick(Values.Dishes),
            ["C"] = random.Pick(Values.Colours),
            ["R"] = random.Pick(Values.Rivers),
            ["Y"] = random.Pick(StoryText.Seasons),
            ["W"] = random.Pick(StoryText.Weather),
            ["I"] = random.Pick(Values.Instruments),
            ["H"] = random.Pick(Values.Hobbies),
        };

        StringBuilder text = new();
        foreach (string[] alternatives in random.Pick(StoryText.Plots))
        {
            string sentence = random.Pick(alternatives);
            sentence = sentence == "{Z}" ? random.Pick(StoryText.Endings) : sentence;
            text.Append(text.Length == 0 ? "" : " ").Append(Words.Capital(Fill(sentence, slots, random)));
        }

        return text.ToString();
    }

    private static string First(Entity person) => person.Name[..person.Name.IndexOf(' ', StringComparison.Ordinal)];

    private static (string Town, string Other) TwoTowns(RandomStream random)
    {
        int town = random.NextInt(Values.Towns.Length);
        return (Values.Towns[town], Values.Towns[(town + 1 + random.NextInt(Values.Towns.Length - 1)) % Values.Towns.Length]);
    }

    private static string Fill(string sentence, Dictionary<string, string> slots, RandomStream random)
    {
        StringBuilder text = new();
        for (int i = 0; i < sentence.Length; i++)
        {
            if (sentence[i] != '{')
            {
                text.Append(sentence[i]);
                continue;
            }

            int end = sentence.IndexOf('}', i);
            string slot = sentence[(i + 1)..end];
            // Numbers are drawn anew each time: a story with the same number everywhere reads oddly.
            text.Append(slot == "n" ? random.Pick(StoryText.Numbers) : slots[slot]);
            i = end;
        }

        return text.ToString();
    }
}
