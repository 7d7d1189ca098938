using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Palimpsest.Runs.Recipes;

/// <summary>Reads YAML text into <see cref="RecipeNode"/>s and refuses what a recipe never needs: aliases, tags, several documents, deep nesting.</summary>
/// <remarks>Aliases are refused whole, because nine lines of them can stand for a billion nodes; a recipe comes from strangers as often as from its author.</remarks>
internal static class RecipeYaml
{
    public const int MaxDepth = 24;
    public const int MaxNodes = 50_000;
    public const int MaxCharacters = 4 << 20;

    /// <summary>Parses one document.</summary>
    /// <param name="text">The YAML.</param>
    /// <param name="source">What to call it in messages.</param>
    /// <param name="withLines">Whether messages name the line; an override has none.</param>
    public static RecipeNode Parse(string text, string source, bool withLines = true)
    {
        if (text.Length > MaxCharacters)
            throw new PalimpsestException($"{source}: too long for a recipe (more than {MaxCharacters >> 20} Mi characters). Put data into a file and name the file in the recipe.");

        try
        {
            return new Walk(new Parser(new StringReader(text)), source, withLines).Document();
        }
        catch (Exception error) when (error is YamlException or InvalidOperationException)
        {
            // YamlDotNet's scanner trips over some broken texts, such as "{a>$." before a line with a quotation mark, with an exception that knows no line.
            (string detail, long line) = error is YamlException known ? (known.Message.TrimEnd('.'), known.Start.Line) : ("the text ends or changes its form unexpectedly", 0);
            throw new PalimpsestException($"{new Place(source, withLines ? (int)line : 0)}: not valid YAML ({detail}). Check the indentation, and put text with a colon in quotes.", error);
        }
    }

    private sealed class Walk(Parser parser, string source, bool withLines)
    {
        private int _nodes;

        public RecipeNode Document()
        {
            parser.Consume<StreamStart>();
            if (parser.Accept<StreamEnd>(out _))
                return new RecipeScalar(Here(0), "", quoted: false);

            parser.Consume<DocumentStart>();
            RecipeNode root = Node(1);
            parser.Consume<DocumentEnd>();
            if (parser.Accept<DocumentStart>(out DocumentStart? second))
                throw new PalimpsestException($"{Here(second.Start.Line)}: a second document starts here. A recipe is one document: remove the line \"---\".");
            return root;
        }

        private RecipeNode Node(int depth)
        {
            ParsingEvent next = parser.Consume<ParsingEvent>();
            Place place = Here(next.Start.Line);
            if (depth > MaxDepth)
                throw new PalimpsestException($"{place}: nested more than {MaxDepth} levels deep. No recipe needs that; check the brackets.");
            if (++_nodes > MaxNodes)
                throw new PalimpsestException($"{place}: more than {MaxNodes} values. Put data into a file and name the file in the recipe.");
            if (next is AnchorAlias or NodeEvent { Anchor.IsEmpty: false })
                throw new PalimpsestException($"{place}: anchors (&) and aliases (*) are not used in recipes. Write the value out, or put it in quotes if it is text.");
            if (next is NodeEvent { Tag.IsEmpty: false } tagged && !(next is Scalar && tagged.Tag.IsNonSpecific))
                throw new PalimpsestException($"{place}: tags (!) are not used in recipes. Remove the tag, or put the value in quotes if it is text.");

            switch (next)
            {
                case Scalar scalar:
                    return new RecipeScalar(place, scalar.Value, scalar.Style is not ScalarStyle.Plain);
                case SequenceStart:
                    List<RecipeNode> items = [];
                    while (!parser.TryConsume<SequenceEnd>(out _))
                        items.Add(Node(depth + 1));
                    return new RecipeList(place, items);
                case MappingStart:
                    return Section(place, depth);
                default:
                    throw new PalimpsestException($"{place}: not valid YAML. Check the indentation.");
            }
        }

        private RecipeSection Section(Place place, int depth)
        {
            List<RecipeEntry> entries = [];
            HashSet<string> seen = new(StringComparer.Ordinal);
            while (!parser.TryConsume<MappingEnd>(out _))
            {
                if (Node(depth + 1) is not RecipeScalar key)
                    throw new PalimpsestException($"{place}: a key must be a plain word, not a list or a section.");
                if (!seen.Add(key.Text))
                    throw new PalimpsestException($"{key.Place}: the key \"{key.Text}\" stands twice. Keep one.");
                entries.Add(new RecipeEntry(key.Text, key.Place, Node(depth + 1)));
            }

            return new RecipeSection(place, entries);
        }

        private Place Here(long line) => new(source, withLines ? (int)line : 0);
    }
}
