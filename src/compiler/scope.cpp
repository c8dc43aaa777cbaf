// The symbol table's data structures: lookup of symbols and scopes, name mangling, the lists of a code object, the dump.
// The passes that fill them are scope_build.cpp and scope_resolve.cpp.
#include "compiler/scope.h"

#include <string.h>

#include <algorithm>

namespace kaa::compiler {

using ast::Name;

// ---- SymbolMap ----------------------------------------------------------------------------------------------------

static constexpr size_t kLinearLimit = 8;

Symbol* SymbolMap::find(const Name* name) {
  if (table_.empty()) {
    for (Symbol& symbol : items_) {
      if (symbol.name == name) return &symbol;
    }
    return nullptr;
  }
  uint32_t mask = (uint32_t)table_.size() - 1;
  for (uint32_t at = name->hash & mask;; at = (at + 1) & mask) {
    uint32_t entry = table_[at];
    if (!entry) return nullptr;
    if (items_[entry - 1].name == name) return &items_[entry - 1];
  }
}

Symbol& SymbolMap::get(Name* name) {
  if (Symbol* found = find(name)) return *found;
  items_.push_back({name, 0, NameClass::Unknown});
  if (items_.size() > kLinearLimit) {
    if (items_.size() * 2 > table_.size()) {
      rehash();
    } else {
      uint32_t mask = (uint32_t)table_.size() - 1;
      uint32_t at = name->hash & mask;
      while (table_[at]) at = (at + 1) & mask;
      table_[at] = (uint32_t)items_.size();
    }
  }
  return items_.back();
}

void SymbolMap::erase(const Name* name) {
  Symbol* found = find(name);
  if (!found) return;
  items_.erase(items_.begin() + (found - items_.data()));
  if (!table_.empty()) rehash();
}

void SymbolMap::rehash() {
  size_t size = 32;
  while (size < items_.size() * 4) size *= 2;
  table_.assign(size, 0);
  uint32_t mask = (uint32_t)size - 1;
  for (size_t i = 0; i < items_.size(); i++) {
    uint32_t at = items_[i].name->hash & mask;
    while (table_[at]) at = (at + 1) & mask;
    table_[at] = (uint32_t)i + 1;
  }
}

// ---- ScopeTable ---------------------------------------------------------------------------------------------------

ScopeTable::~ScopeTable() {
  for (Scope* scope : scopes_) delete scope;
  for (std::vector<Name*>* set : mangled_sets_) delete set;
}

uint32_t scope_key_hash(const void* node, ScopePart part) {
  uint64_t bits = ((uint64_t)(uintptr_t)node >> 3) * 4 + (uint64_t)part;
  return (uint32_t)((bits * 0x9E3779B97F4A7C15ull) >> 32);
}

Scope* ScopeTable::find(const void* node, ScopePart part) const {
  if (table_.empty()) return nullptr;
  uint32_t mask = (uint32_t)table_.size() - 1;
  for (uint32_t at = scope_key_hash(node, part) & mask;; at = (at + 1) & mask) {
    uint32_t entry = table_[at];
    if (!entry) return nullptr;
    Scope* scope = scopes_[entry - 1];
    if (scope->node == node && scope->part == part) return scope;
  }
}

// ---- mangling -----------------------------------------------------------------------------------------------------

Name* mangle(ast::Ast& ast, Name* class_name, Name* name) {
  if (!class_name) return name;
  std::string_view text = name->text();
  if (text.size() < 2 || text[0] != '_' || text[1] != '_') return name;
  if (text.substr(text.size() - 2) == "__") return name;
  if (memchr(text.data(), '.', text.size())) return name;
  std::string_view owner = class_name->text();
  size_t strip = owner.find_first_not_of('_');
  if (strip == std::string_view::npos) return name;
  std::string mangled = "_";
  mangled.append(owner.substr(strip));
  mangled.append(text);
  return ast.intern(mangled);
}

Name* mangle_in(ast::Ast& ast, const Scope* scope, Name* name) {
  if (scope->mangled_names) {
    bool listed = false;
    for (Name* entry : *scope->mangled_names) listed |= entry == name;
    if (!listed) return name;
  }
  return mangle(ast, scope->private_name, name);
}

const ast::Constant* docstring_of(const ast::Seq<ast::Stmt*>& body) {
  if (body.empty()) return nullptr;
  const ast::ExprStmt* first = body[0]->if_a<ast::ExprStmt>();
  if (!first) return nullptr;
  const ast::Constant* constant = first->value->if_a<ast::Constant>();
  return constant && constant->value.kind == ast::ConstKind::Str ? constant : nullptr;
}

// ---- the lists of a code object -----------------------------------------------------------------------------------

// What an inlined comprehension puts into its parent's frame: names that it binds itself. The iteration variables come
// first, in the order of its symbols (they are saved before it runs), then what the code refers to.
static bool is_bound_in_comprehension(const Symbol& symbol) {
  return (symbol.flags & kDefLocal) && !(symbol.flags & kDefNonlocal) && !(symbol.flags & kDefParam);
}

namespace {
struct LocalCollector {
  const Scope* scope;
  std::vector<Name*>& out;
  SymbolMap seen;

  void add(Name* name) {
    Symbol& symbol = seen.get(name);
    if (symbol.flags) return;
    symbol.flags = 1;
    out.push_back(name);
  }
  void walk(const Scope* from) {
    for (uintptr_t reference : from->references) {
      if (reference & 1) {
        const Scope* inner = (const Scope*)(reference & ~(uintptr_t)1);
        if (!inner->comp_inlined) continue;
        for (const Symbol& symbol : inner->symbols) {
          if (is_bound_in_comprehension(symbol) && symbol.name_class == NameClass::Local) add(symbol.name);
        }
        walk(inner);
      } else if (from != scope || scope->is_function_like()) {
        Name* name = (Name*)reference;
        NameClass name_class = from->class_of(name);
        // The target of an assignment expression is free in the comprehension and may be a local of this frame.
        if (name_class == NameClass::Free && from != scope && scope->is_function_like()) name_class = scope->class_of(name);
        if (name_class == NameClass::Local) add(name);
      }
    }
  }
};

bool by_text(const Name* a, const Name* b) { return a->text() < b->text(); }
}  // namespace

std::vector<Name*> Scope::locals() const {
  std::vector<Name*> out;
  LocalCollector collector{this, out, {}};
  for (Name* name : params) collector.add(name);
  collector.walk(this);
  if (is_function_like()) {
    // Names without a reference in code that is generated: bound by something that is not evaluated here. Only an
    // annotation leaves no trace at all.
    for (const Symbol& symbol : symbols) {
      if (symbol.name_class == NameClass::Local && !(symbol.flags & kDefAnnotation)) collector.add(symbol.name);
    }
  }
  return out;
}

std::vector<Name*> Scope::cells() const {
  auto is_cell = [](const Symbol& symbol) {
    return symbol.name_class == NameClass::Cell || (symbol.flags & kDefCompCell);
  };
  std::vector<Name*> out;
  // A name can be both: the parameter's register holds the cell, or a comprehension inlined here has a local of that name.
  for (Name* name : locals()) {
    const Symbol* symbol = symbols.find(name);
    if (symbol && is_cell(*symbol)) out.push_back(name);
  }
  size_t others = out.size();
  for (const Symbol& symbol : symbols) {
    if (is_cell(symbol) && std::find(out.begin(), out.begin() + (ptrdiff_t)others, symbol.name) == out.begin() + (ptrdiff_t)others) {
      out.push_back(symbol.name);
    }
  }
  std::sort(out.begin() + (ptrdiff_t)others, out.end(), by_text);
  if (needs_class_closure) out.push_back(table->special_[0]);
  if (needs_classdict) out.push_back(table->special_[1]);
  if (has_conditional_annotations) out.push_back(table->special_[2]);
  return out;
}

std::vector<Name*> Scope::frees() const {
  std::vector<Name*> out;
  for (const Symbol& symbol : symbols) {
    if (symbol.name_class == NameClass::Free || (symbol.flags & kDefFreeClass)) out.push_back(symbol.name);
  }
  std::sort(out.begin(), out.end(), by_text);
  // The __annotate__ of a class body asks its cell which of the conditional annotations were reached.
  if (type == ScopeType::Annotation && parent && parent->is_class() && parent->annotation_scope == this &&
      parent->has_conditional_annotations) {
    Name* name = table->special_[2];
    if (std::find(out.begin(), out.end(), name) == out.end()) out.push_back(name);
  }
  return out;
}

// ---- dump ---------------------------------------------------------------------------------------------------------

static void dump_scope(std::string& out, const Scope* scope, int depth) {
  out.append((size_t)depth, ' ');
  out.append(scope->name->text());
  out += " type=" + std::to_string((int)scope->type) + " line=" + std::to_string(scope->loc.lineno) +
         " nested=" + std::to_string(scope->nested) + " params=";
  for (size_t i = 0; i < scope->params.size(); i++) {
    if (i) out += ',';
    out.append(scope->params[i]->text());
  }
  out += '\n';
  std::vector<const Symbol*> sorted;
  for (const Symbol& symbol : scope->symbols) sorted.push_back(&symbol);
  std::sort(sorted.begin(), sorted.end(), [](const Symbol* a, const Symbol* b) { return by_text(a->name, b->name); });
  for (const Symbol* symbol : sorted) {
    out.append((size_t)depth, ' ');
    out += "  ";
    out.append(symbol->name->text());
    out += ' ' + std::to_string(symbol->packed()) + '\n';
  }
  for (const Scope* child : scope->children) dump_scope(out, child, depth + 1);
}

std::string dump(const ScopeTable& table) {
  std::string out;
  if (table.top()) dump_scope(out, table.top(), 0);
  return out;
}

}  // namespace kaa::compiler
