import time
def test_x(explained):
    from dataclasses import asdict
    for i in range(3):
        t=time.time()
        e=explained({"model/o/a":"llama3","model/o/b":"apache-2.0","model/o/c":"mit"},[("model/o/b","finetunedFrom","model/o/a"),("model/o/c","quantizedFrom","model/o/b")])
        print(time.time()-t); t=time.time()
        x=e.explain("https://w3id.org/licet/model/o/c"); print("ex",time.time()-t)
    for f in x.findings: print(f)
    for o in x.obligations: print(o.term.iri,o.imposed_by)
