# Django without a database server: settings, URLs, views, templates, forms, middleware, the test client, signing, translation, models on sqlite3.
import django, sys
from django.conf import settings
settings.configure(
    DEBUG=False, SECRET_KEY='k' * 50, ROOT_URLCONF=__name__, ALLOWED_HOSTS=['*'], USE_TZ=True, TIME_ZONE='UTC',
    INSTALLED_APPS=['django.contrib.contenttypes', 'django.contrib.auth', 'django.contrib.sessions'],
    MIDDLEWARE=['django.middleware.common.CommonMiddleware', 'django.contrib.sessions.middleware.SessionMiddleware', 'django.middleware.csrf.CsrfViewMiddleware'],
    SESSION_ENGINE='django.contrib.sessions.backends.signed_cookies',
    TEMPLATES=[{'BACKEND': 'django.template.backends.django.DjangoTemplates', 'OPTIONS': {'loaders': [('django.template.loaders.locmem.Loader', {
        'list.html': '{% for x in items %}{{ forloop.counter }}:{{ x|upper|truncatechars:6 }}{% empty %}none{% endfor %} {% if n > 3 and not z %}big{% endif %} {{ d.a.1 }} {{ when|date:"Y-m-d" }}{% url "item" 7 %}'})]}}],
    DATABASES={'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': ':memory:'}} if '--no-db' not in sys.argv else {},
    DEFAULT_AUTO_FIELD='django.db.models.AutoField')
django.setup()

import datetime
from django import forms
from django.core import signing, validators
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.test import Client
from django.urls import path, reverse
from django.utils import text, timezone, html
from django.views import View

class Form(forms.Form):
    name = forms.CharField(max_length=5)
    age = forms.IntegerField(min_value=0, required=False)
    mail = forms.EmailField()
    day = forms.DateField(input_formats=['%Y-%m-%d'])
    def clean_name(self):
        if self.cleaned_data['name'] == 'root': raise ValidationError('not %(x)s', params={'x': 'root'})
        return self.cleaned_data['name'].title()

def listing(request): return render(request, 'list.html', {'items': request.GET.getlist('x'), 'n': 5, 'd': {'a': [1, 2]}, 'when': datetime.date(2026, 2, 3)})
def item(request, pk):
    if pk == 13: raise Http404('no 13')
    request.session['seen'] = request.session.get('seen', 0) + 1
    return JsonResponse({'pk': pk, 'seen': request.session['seen'], 'method': request.method})
class Post(View):
    def post(self, request):
        form = Form(request.POST)
        return HttpResponse(str(form.cleaned_data) if form.is_valid() else form.errors.as_json(), status=200 if form.is_valid() else 400)
urlpatterns = [path('', listing, name='list'), path('item/<int:pk>/', item, name='item'), path('post/', Post.as_view())]

c = Client()
for url in ('/?x=alpha&x=bo&x=longer+text', '/', '/item/3/', '/item/4', '/item/13/', '/nothing'):
    r = c.get(url, follow=True)
    print(url, r.status_code, r['Content-Type'], r.content[:80])
print(c.get('/item/5/').json(), reverse('item', args=[9]))
for data in ({'name': 'bob', 'age': '3', 'mail': 'a@b.org', 'day': '2026-01-02'}, {'name': 'root', 'mail': 'x', 'age': '-1'}, {}):
    r = c.post('/post/', data)
    print(r.status_code, r.content.decode())
print(Form().as_p())
print(signing.loads(signing.dumps({'a': [1, 2]}, salt='s'), salt='s'), text.slugify('Ünïcode Text & more!'), html.escape('<a&"\'>'), text.Truncator('one two three').words(2))
print(timezone.make_aware(datetime.datetime(2026, 1, 2, 3, 4), datetime.timezone.utc).isoformat())
for v in ('http://a.b/c?d', 'nope'):
    try: validators.URLValidator()(v); print('ok')
    except ValidationError as e: print(e.messages)

if '--no-db' not in sys.argv:
    from django.db import connection, models, transaction
    class Author(models.Model):
        name = models.CharField(max_length=20, unique=True)
        class Meta: app_label = 'shop'
        def __str__(self): return self.name
    class Book(models.Model):
        title = models.CharField(max_length=30)
        price = models.DecimalField(max_digits=6, decimal_places=2)
        published = models.DateTimeField(null=True)
        author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name='books')
        class Meta: app_label, ordering = 'shop', ['title']
    with connection.schema_editor() as e:
        e.create_model(Author); e.create_model(Book)
    from decimal import Decimal
    a, b = Author.objects.create(name='Ann'), Author.objects.create(name='Bob')
    for i, t in enumerate(('Snakes', 'Eggs', 'Trees')): Book.objects.create(title=t, price=Decimal(i) + Decimal('0.5'), author=(a, b)[i % 2], published=datetime.datetime(2026, 1, 1 + i, tzinfo=datetime.timezone.utc))
    print(list(Book.objects.filter(price__gt=1, author__name__startswith='A').values_list('title', 'price')), Book.objects.aggregate(models.Sum('price'), models.Avg('price')))
    print(Book.objects.select_related('author').get(title='Eggs').author, str(Book.objects.exclude(title='x').query)[:60])
    try:
        with transaction.atomic(): Author.objects.create(name='Cid'); Author.objects.create(name='Ann')
    except Exception as e: print(type(e).__name__, e)
    print(Author.objects.count(), Book.objects.filter(models.Q(title__contains='e') | models.Q(price=models.F('id'))).update(price=9), Book.objects.filter(author=a).delete()[0], Book.objects.dates('published', 'day'))
