// Pass 2 of the scope analysis.
//
// Blocks are analysed from the outside in, with the sets of names that are visible from enclosing functions (bound),
// declared global (global) and bound as type parameters; each returns the names it leaves free. A local name that a child
// leaves free becomes a cell. A class body binds names for itself only: what its children see is what the class sees,
// and __class__, __classdict__ and __conditional_annotations__.
//
// Comprehensions other than generator expressions are inlined into their block, except directly in annotation and type
// scopes of a class: their names are merged into the block's, and their children become the block's.
#include <algorithm>

#include "compiler/scope_passes.h"

namespace kaa::compiler {

using ast::Name;
using NameSet = std::vector<Name*>;

// A comprehension with more names than this is a function of its own: while an inlined one runs, what its names meant before is kept in temporaries.
static constexpr size_t kMaxInlined = 10000;

// ---- sets: vectors sorted by pointer ------------------------------------------------------------------------------

static bool contains(const NameSet& set, Name* name) { return std::binary_search(set.begin(), set.end(), name); }

static void insert(NameSet& set, Name* name) {
  auto at = std::lower_bound(set.begin(), set.end(), name);
  if (at == set.end() || *at != name) set.insert(at, name);
}

static bool discard(NameSet& set, Name* name) {
  auto at = std::lower_bound(set.begin(), set.end(), name);
  if (at == set.end() || *at != name) return false;
  set.erase(at);
  return true;
}

static void unite(NameSet& into, const NameSet& from) {
  if (from.empty()) return;
  if (into.empty()) {
    into = from;
    return;
  }
  NameSet merged;
  merged.reserve(into.size() + from.size());
  std::set_union(into.begin(), into.end(), from.begin(), from.end(), std::back_inserter(merged));
  into.swap(merged);
}

// ---- resolution ---------------------------------------------------------------------------------------------------

ScopeResolver::ScopeResolver(ast::Ast& ast, ScopeTable& table) : table_(table) {
  n_class_ = ast.intern("__class__");
  n_classdict_ = ast.intern("__classdict__");
  n_conditional_ = ast.intern("__conditional_annotations__");
}

bool ScopeResolver::resolve() {
  NameSet free, global, type_params;
  return analyze_block(table_.top(), nullptr, free, global, type_params, nullptr);
}

bool ScopeResolver::fail_at_directive(const Scope* scope, const Name* name, std::string message) {
  ast::Loc loc;
  for (const Directive& directive : scope->directives) {
    if (directive.name == name) {
      loc = directive.loc;
      break;
    }
  }
  table_.error_ = {CompileErrorKind::SyntaxError, std::move(message), loc, true};
  return false;
}

bool ScopeResolver::analyze_name(Scope* scope, Symbol& symbol, NameSet* bound, NameSet& local, NameSet& free,
                                 NameSet& global, NameSet& type_params, const Scope* class_entry) {
  Name* name = symbol.name;
  std::string text(name->text());
  if (symbol.flags & kDefGlobal) {
    if (symbol.flags & kDefNonlocal) return fail_at_directive(scope, name, "name '" + text + "' is nonlocal and global");
    symbol.name_class = NameClass::GlobalExplicit;
    insert(global, name);
    if (bound) discard(*bound, name);
    return true;
  }
  if (symbol.flags & kDefNonlocal) {
    if (!bound) return fail_at_directive(scope, name, "nonlocal declaration not allowed at module level");
    if (!contains(*bound, name)) return fail_at_directive(scope, name, "no binding for nonlocal '" + text + "' found");
    if (contains(type_params, name)) {
      return fail_at_directive(scope, name, "nonlocal binding not allowed for type parameter '" + text + "'");
    }
    symbol.name_class = NameClass::Free;
    insert(free, name);
    return true;
  }
  if (symbol.flags & kDefBound) {
    symbol.name_class = NameClass::Local;
    if (scope->is_function_like()) local.push_back(name);  // sorted by the caller
    discard(global, name);
    if (symbol.flags & kDefTypeParam) {
      insert(type_params, name);
    } else {
      discard(type_params, name);
    }
    return true;
  }
  // An annotation or type scope in a class sees the class's names at run time through __classdict__, and then the
  // globals: not the enclosing function's variable of the same name.
  if (class_entry) {
    const Symbol* in_class = class_entry->symbols.find(name);
    uint32_t flags = in_class ? in_class->flags : 0;
    if (flags & kDefGlobal) {
      symbol.name_class = NameClass::GlobalExplicit;
      return true;
    }
    if ((flags & kDefBound) && !(flags & kDefNonlocal)) {
      symbol.name_class = NameClass::GlobalImplicit;
      return true;
    }
  }
  if (bound && contains(*bound, name)) {
    symbol.name_class = NameClass::Free;
    insert(free, name);
    return true;
  }
  symbol.name_class = NameClass::GlobalImplicit;
  return true;
}

static bool is_free_in_any_child(const Scope* scope, const Name* name) {
  for (const Scope* child : scope->children) {
    if (child->class_of(name) == NameClass::Free) return true;
  }
  return false;
}

void ScopeResolver::inline_comprehension(Scope* scope, Scope* comprehension, NameSet& free, NameSet& inlined_cells) {
  Name* const cell_names[] = {n_class_, n_classdict_, n_conditional_};
  bool remove[3] = {};
  for (const Symbol& symbol : comprehension->symbols) {
    if (symbol.flags & kDefParam) continue;  // ".0"
    Name* name = symbol.name;
    NameClass name_class = symbol.name_class;
    if (name_class == NameClass::Cell || (symbol.flags & kDefCompCell)) insert(inlined_cells, name);
    // The names that a class body makes cells of cannot be free in it: code of the body itself does not see them. A
    // function in the comprehension does.
    if (name_class == NameClass::Free && scope->is_class()) {
      for (int i = 0; i < 3; i++) {
        if (name != cell_names[i]) continue;
        name_class = NameClass::GlobalImplicit;
        if (!is_free_in_any_child(comprehension, name)) discard(free, name);
        remove[i] = true;
      }
    }
    if (Symbol* existing = scope->symbols.find(name)) {
      if (scope->is_class()) continue;  // the comprehension must not see the class's names: nothing changes
      if (name_class == NameClass::Free) existing->flags |= symbol.flags & kUse;
      // Free in the comprehension and local around it: simply a local now, unless a function inside captures it.
      if ((existing->flags & kDefBound) && !is_free_in_any_child(comprehension, name)) discard(free, name);
    } else {
      Symbol& copy = scope->symbols.get(name);
      copy.flags = symbol.flags;
      copy.name_class = name_class;
    }
  }
  for (int i = 0; i < 3; i++) {
    if (remove[i]) comprehension->symbols.erase(cell_names[i]);
  }
}

void ScopeResolver::update_symbols(Scope* scope, const NameSet* bound, const NameSet& free, const NameSet& inlined_cells) {
  for (Symbol& symbol : scope->symbols) {
    if (contains(inlined_cells, symbol.name)) symbol.flags |= kDefCompCell;
  }
  bool class_like = scope->is_class() || scope->can_see_class_scope;
  NameSet ordered = free;
  std::sort(ordered.begin(), ordered.end(), [](Name* a, Name* b) { return a->text() < b->text(); });
  for (Name* name : ordered) {
    if (Symbol* symbol = scope->symbols.find(name)) {
      if (class_like) symbol->flags |= kDefFreeClass;
      continue;
    }
    if (bound && !contains(*bound, name)) continue;
    scope->symbols.get(name).name_class = NameClass::Free;
  }
}

// `bound`, `global` and `type_params` are the caller's copies and get changed; `free` gets the names this block leaves free.
bool ScopeResolver::analyze_block(Scope* scope, NameSet* bound, NameSet& free, NameSet& global, NameSet& type_params,
                                  const Scope* class_entry) {
  NameSet local, new_bound, new_global, new_free, inlined_cells;
  if (scope->is_class()) {
    new_global = global;
    if (bound) new_bound = *bound;
  }
  for (Symbol& symbol : scope->symbols) {
    if (!analyze_name(scope, symbol, bound, local, free, global, type_params, class_entry)) return false;
  }
  if (scope->is_class()) {
    insert(new_bound, n_class_);
    insert(new_bound, n_classdict_);
    insert(new_bound, n_conditional_);
  } else {
    std::sort(local.begin(), local.end());
    new_bound.swap(local);
    if (bound) unite(new_bound, *bound);
    new_global = global;
  }

  for (Scope* child : scope->children) {
    const Scope* child_class_entry = nullptr;
    if (child->can_see_class_scope) child_class_entry = scope->is_class() ? scope : class_entry;
    bool inlines = child->comprehension != ComprehensionKind::None && !child->generator && !scope->can_see_class_scope && child->symbols.size() <= kMaxInlined;
    NameSet child_bound = new_bound, child_global = new_global, child_type_params = type_params, child_free;
    if (!analyze_block(child, &child_bound, child_free, child_global, child_type_params, child_class_entry)) return false;
    if (inlines) {
      inline_comprehension(scope, child, child_free, inlined_cells);
      child->comp_inlined = true;
    }
    unite(new_free, child_free);
  }
  bool any_inlined = false;
  for (const Scope* child : scope->children) any_inlined |= child->comp_inlined;
  if (any_inlined) {
    std::vector<Scope*> children;
    for (Scope* child : scope->children) {
      if (child->comp_inlined) {
        children.insert(children.end(), child->children.begin(), child->children.end());
      } else {
        children.push_back(child);
      }
    }
    scope->children.swap(children);
  }

  if (scope->is_function_like()) {
    NameSet cells;
    for (Symbol& symbol : scope->symbols) {
      if (symbol.name_class != NameClass::Local) continue;
      if (contains(new_free, symbol.name) || contains(inlined_cells, symbol.name)) {
        symbol.name_class = NameClass::Cell;
        cells.push_back(symbol.name);
      }
    }
    std::sort(cells.begin(), cells.end());
    if (!cells.empty()) std::erase_if(new_free, [&](Name* name) { return contains(cells, name); });
  } else if (scope->is_class()) {
    if (discard(new_free, n_class_)) scope->needs_class_closure = true;
    if (discard(new_free, n_classdict_)) scope->needs_classdict = true;
    if (discard(new_free, n_conditional_)) scope->has_conditional_annotations = true;
  }
  update_symbols(scope, bound, new_free, inlined_cells);
  unite(free, new_free);
  return true;
}

}  // namespace kaa::compiler
